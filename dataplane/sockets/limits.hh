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
/// Connections accepted in one poll and listener. One takes about 20 µs with its greeting, so a
/// storm of new clients costs those that are served a sixth of a millisecond at a time.
inline constexpr std::size_t accepts_per_poll = 8;
/// Connections served in one poll; the others keep their place in the line.
inline constexpr std::size_t turns_per_poll = 256;
/// Bytes read, and written in turns, in one poll over all connections: four full blocks. Small
/// messages in so many bytes are about 0.7 ms of parsing and delivering.
inline constexpr std::size_t bytes_per_poll = 256 * 1024;
static_assert(bytes_per_poll >= arena::block_bytes_max);
/// What the first bytes of a connection count for at least: they ask for a login, some 10 µs of
/// work in few bytes. So eight newcomers have their say in one poll.
inline constexpr std::size_t first_words_cost_bytes = bytes_per_poll / 8;

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
