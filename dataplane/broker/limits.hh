#pragma once

#include "dataplane/base/time.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the broker that is not an option, with the reason for its value.
namespace wirebird::broker {

using namespace std::chrono_literals;

// Work of one iteration: other sessions wait for it, so all together it stays below a millisecond.
/// Copying so many bytes of payload costs about as much as one small delivery.
inline constexpr std::uint32_t copied_bytes_per_step = 512;
/// What handing a connection's output to its transport costs beyond its bytes, in bytes: a system
/// call of about 5 us.
inline constexpr std::size_t flush_cost_bytes = 16 * 1024;
/// Fan-outs get this part of their budget while output that is due could not be flushed.
inline constexpr std::uint32_t fanout_share_when_behind = 4;
/// Subscriptions of closed clients that leave the table per iteration: about 100 us of work.
inline constexpr std::size_t retired_per_turn = 512;

/// Clients that are told a new INFO per iteration: about 250 us.
inline constexpr std::size_t told_per_turn = 128;

// Output of wide fan-outs waits to be flushed in larger pieces while there is more to come: a
// system call for a few hundred bytes would cost more than the messages.
/// Output that is flushed without waiting for more.
inline constexpr std::size_t bulk_bytes_max = 32 * 1024;
/// Time that output waits at most.
inline constexpr duration bulk_wait_max = 10ms;

// Clients' timers.
/// The first PING after CONNECT measures the round trip: at most this long after it.
inline constexpr duration first_ping_max = 2s;
/// It comes up to this many per cent later, so clients that connected together are spread.
inline constexpr std::uint64_t first_ping_jitter_percent = 20;
/// A round trip older than this is measured again although the client is active.
inline constexpr duration round_trip_age_max = 1h;
/// A worker that does not run for longer than this while something is due was held up by the
/// machine, and what was due then is not held against clients.
inline constexpr duration worker_pause_max = 100ms;

/// Of one line of the trace; the rest is cut.
inline constexpr std::size_t trace_bytes_max = 32 * 1024;

// Another configuration of who may what: about as much as the above.
/// Clients whose login is looked at per iteration.
inline constexpr std::size_t reviewed_per_turn = 256;
/// Slots of indexes of subscriptions that are looked at per iteration.
inline constexpr std::size_t reviewed_slots_per_turn = 1024;

// Lame duck (lame_duck.hh).
/// From one client's end to the next one's at most, also where there is time for more.
inline constexpr duration leave_interval_max = 1s;
/// At least; with more clients than that allows, several end at a time.
inline constexpr duration leave_interval_min = 10ms;

// Output of all clients together (backlogs.hh).
/// Making room frees at least this part of the limit, so that it is not made for every message.
inline constexpr std::size_t eviction_fraction = 8;
/// A client whose output has waited for less than this is not stopped: a full window takes longer.
inline constexpr duration eviction_wait_min = 100ms;
/// Waiting clients compared at a time: about 0.1 ms.
inline constexpr std::size_t eviction_candidates_max = 8192;

// Throttling of publishers for subscribers that lag (throttle.hh).
/// A publisher stops reading for so long at a time.
inline constexpr duration throttle_time = 10ms;
/// What the subscriber must have acknowledged since the last time: one that takes less than 6.4
/// MB/s stops its publishers for a smaller part of the time, one that takes nothing not at all.
inline constexpr std::uint64_t throttle_price_bytes = 64 * 1024;
/// The price is at most this part of a small max_pending.
inline constexpr std::uint64_t throttle_price_fraction = 16;

/// max_payload of a client that has not said CONNECT: who says nothing of itself costs a block of a
/// control line and one of half a message, whatever it announces.
inline constexpr std::uint32_t payload_before_connect_max = 4096;

/// With more than this pending, a subscriber is part of the reason for a dry arena.
inline constexpr std::size_t backlog_bytes_min = 64 * 1024;

}  // namespace wirebird::broker
