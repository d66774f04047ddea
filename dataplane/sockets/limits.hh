#pragma once

#include "dataplane/base/arena.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the kernel transport, with the reason for its value. The number of connections is
/// the one bound that a caller chooses (`options::connections_max`).
namespace wirebird::sockets {

/// Connections that wait for accept(). The kernel cuts this to net.core.somaxconn, 4096 by default.
inline constexpr int listen_backlog = 4096;
/// Readiness events taken from the kernel in one system call: 12 B each, 3 KiB inside the poller.
inline constexpr std::size_t events_per_poll = 256;
/// What one poll does at most for connections of one precedence. The others keep their place in the
/// line. Bytes are read, and written in turns; what is more work than the bytes that it moves
/// counts as more of them.
struct poll_bounds {
  std::size_t accepts;                 ///< connections taken from each listener
  std::size_t turns;                   ///< connections served
  std::size_t bytes;                   ///< over all of them
  std::size_t first_words_cost_bytes;  ///< the first bytes of a connection count for at least this
  std::size_t end_cost_bytes;          ///< an end counts for this
};
/// Four full blocks: small messages in so many bytes are about 0.7 ms of parsing and delivering. A
/// newcomer costs 30 µs with its greeting, its first words, which ask for a login, and its end 10
/// µs each, so a storm of them takes a tenth of a millisecond at a time from those that are served.
/// A turn is 3 µs, and the more there are in a poll the more messages leave together.
inline constexpr poll_bounds first_bounds{.accepts = 2,
                                          .turns = 256,
                                          .bytes = 256 * 1024,
                                          .first_words_cost_bytes = 64 * 1024,
                                          .end_cost_bytes = 32 * 1024};
/// A page of control that is relayed costs 17 µs per 16 KiB, a turn that moves less 7 µs, a
/// newcomer 40 µs: a tenth of a millisecond together.
inline constexpr poll_bounds second_bounds{.accepts = 2,
                                           .turns = 16,
                                           .bytes = 64 * 1024,
                                           .first_words_cost_bytes = 4 * 1024,
                                           .end_cost_bytes = 8 * 1024};
static_assert(first_bounds.bytes >= arena::block_bytes_max);
static_assert(second_bounds.bytes >= arena::block_bytes_max);
/// Connections that are tried when those before them were gone again.
inline constexpr std::size_t accept_attempts_max = 8;

/// A turn reads into what is left of the shared block when it is at least this: a busy connection
/// fills it in one call.
inline constexpr std::uint32_t read_room_min = 16 * 1024;
static_assert(read_room_min <= arena::block_bytes_max / 2);
/// The kernel is not read any further for a handler that leaves this much unread. Its own receive
/// buffer fills next, then the peer's window closes.
inline constexpr std::size_t unread_bytes_max = 256 * 1024;

/// Pieces of output handed to the kernel in one system call: 1 KiB of stack.
inline constexpr std::size_t send_runs_max = 64;
/// Bytes written for one connection in one go; the rest waits for its next turn.
inline constexpr std::size_t send_bytes_per_turn = 256 * 1024;

/// The kernel takes no more for a connection while it holds so much that it has not sent, and asks
/// for more when half of that has left. What a peer does not read stays in our queue, where it is
/// counted; otherwise the kernel would keep up to 4 MiB of it for each connection.
inline constexpr int unsent_in_kernel_max = 128 * 1024;

/// How long close() goes on trying to send what is queued: the peer has stopped reading.
inline constexpr auto close_time_max = std::chrono::seconds(2);
/// How long a closed connection stays half open, so that the last bytes (an -ERR) are not destroyed
/// by the RST that answers input nobody reads.
inline constexpr auto linger_time_max = std::chrono::seconds(1);
/// Input discarded meanwhile: a client in the middle of a large message gets to its end. Beyond it
/// the peer's window closes.
inline constexpr std::size_t linger_bytes_max = 8 * 1024 * 1024;
/// Input discarded in one turn.
inline constexpr std::size_t discard_bytes_per_turn = 256 * 1024;

/// Accepting rests this long when the process has no descriptor left, or until one comes back.
inline constexpr auto accept_rest_time = std::chrono::milliseconds(100);
/// Connections that could not be read for want of memory are tried again this often...
inline constexpr auto starved_retry_time = std::chrono::milliseconds(2);
/// ...so many at a time.
inline constexpr std::size_t starved_retry_count = 256;

}  // namespace wirebird::sockets
