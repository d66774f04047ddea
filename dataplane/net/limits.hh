#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/base/time.hh"

#include <cstddef>
#include <cstdint>

/// Every size and rate of net, with its arithmetic. All are per link, so per worker.
namespace wirebird::net {

/// Frames queued for the port: 32 bursts, which is 1 ms of 1500-byte packets at 12 Gbit/s and at
/// most 2 MiB of frames.
inline constexpr std::size_t transmit_frames_max = 1024;
static_assert((transmit_frames_max & (transmit_frames_max - 1)) == 0, "a ring, indexed by mask");

/// Frames of the pool that senders leave alone, so that the port can still refill its receive
/// descriptors and ARP can still answer: two bursts.
inline constexpr std::size_t frames_kept_for_receive = 2 * burst_frames;

/// Neighbours known or being asked for: a /22 network with everybody connected. About 100 KiB.
inline constexpr std::size_t neighbours_max = 1024;
/// Entries that one eviction looks at, so that a flood pays a constant price per packet.
inline constexpr std::size_t eviction_sample = 16;
static_assert(eviction_sample <= neighbours_max);

/// Packets that wait for one neighbour's address: a first flight (RFC 1122 2.3.2.2 asks for at
/// least the latest one; IW10 and a handshake fit).
inline constexpr std::size_t waiting_frames_per_neighbour_max = 16;
/// Packets that wait for any: 16 full queues, at most 512 KiB of frames whatever is unreachable.
inline constexpr std::size_t waiting_frames_max = 256;
static_assert(waiting_frames_per_neighbour_max <= waiting_frames_max);

/// How long an answer is believed. RFC 1122 2.3.2.1 suggests a minute.
inline constexpr duration neighbour_fresh_for = std::chrono::seconds(60);
/// RFC 1122 2.3.2.1: at most one request per second and destination.
inline constexpr duration arp_request_interval = std::chrono::seconds(1);
/// Requests without an answer before the neighbour counts as unreachable.
inline constexpr unsigned arp_requests_max = 3;
/// Packets to an unreachable neighbour are dropped without asking for this long.
inline constexpr duration unreachable_for = std::chrono::seconds(3);

/// Events per second, and how many may come at once after a pause.
struct rate {
  std::uint32_t per_second;
  std::uint32_t burst;
};
/// New neighbours asked for: forged sources of a SYN flood must not become a broadcast storm.
inline constexpr rate arp_resolutions{500, neighbours_max};
/// Echo requests answered: any monitoring, no flood.
inline constexpr rate icmp_echoes{1000, 200};
/// ICMP errors sent (RFC 1812 4.3.2.8).
inline constexpr rate icmp_errors{100, 20};
/// RFC 5227 2.4: DEFEND_INTERVAL, one announcement per 10 s against a conflict.
inline constexpr duration defend_interval = std::chrono::seconds(10);
/// RFC 5227 2.3: ANNOUNCE_INTERVAL between the two announcements.
inline constexpr duration announce_interval = std::chrono::seconds(2);

/// Quoted bytes of the packet that an ICMP error is about: RFC 1812 4.3.2.3 keeps the error within
/// 576 bytes, which is 20 of IP, 8 of ICMP and these.
inline constexpr std::uint32_t icmp_quote_bytes_max = 548;

}  // namespace wirebird::net
