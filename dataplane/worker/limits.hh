#pragma once

#include <cstddef>

namespace wirebird::worker {

/// Arena of one worker: half of it is output, as much as eight clients that have fallen max_pending
/// (64 MiB) behind; the shares are in broker/memory_shares.hh. Pages are touched only when used.
inline constexpr std::size_t arena_bytes = std::size_t{16} * 64 * 1024 * 1024;

/// Frames of one queue: a receive ring (1024), a transmit ring (1024) and the link's own queue
/// (1024) full at the same time, and as many again that wait, unread or out of order, in
/// connections; 2 KiB each, so 16 MiB.
inline constexpr std::size_t frames_per_queue = 8 * 1024;

/// Taken from a port in one iteration: the ACKs of what one may send, or about as much text as a
/// burst of full segments.
inline constexpr std::size_t receive_frames_max = 512;
inline constexpr std::size_t receive_bytes_max = std::size_t{48} * 1024;

/// Timers that fire in one iteration. The dearest, a client that has not logged in and is told so,
/// takes 20 to 50 us: what becomes due for many at once must not stop everybody else.
inline constexpr std::size_t timers_max = 2;

/// Workers of one process: one bit each in a set of workers.
inline constexpr std::size_t workers_max = 64;

/// Events on their way to the log: some 8,000 without texts, 30 of the longest lines of a trace. A
/// full channel drops and counts.
inline constexpr std::size_t events_bytes_max = 1024 * 1024;

/// Logins of one worker that are with the helper; the others wait in a line, and none longer than
/// the time for a login. A question is what CONNECT said, up to max_control_line: 4 MiB.
inline constexpr std::size_t logins_queued_max = 1024;

}  // namespace wirebird::worker
