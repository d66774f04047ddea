#pragma once

#include <cstddef>

namespace wirebird::broker {

/// What each use may take of a worker's arena, in bytes, so that none starves another.
struct memory_shares {
  std::size_t output;    ///< final bytes that wait for clients, and payloads that they share
  std::size_t messages;  ///< published messages that have arrived in part
  std::size_t lines;     ///< control lines that have arrived in part
};

/// Of 1 GiB, the arena of a worker:
///
/// - output, 1/2: 512 MiB. Eight clients that have fallen max_pending (64 MiB) behind at the same
///   time, or 260,000 with one block of 2 KiB each. Beyond, clients are closed (backlogs.hh). Bytes
///   received that wait unread are counted here too, as nobody else counts them.
/// - messages, 3/8: 384 half messages of max_payload (1 MiB), one of them kept free for whoever is
///   to finish; the others wait (memory_rules.hh).
/// - lines, 1/16: 16,384 split control lines of max_control_line (4 KiB); more of them wait. So a
///   client that has not sent its whole CONNECT holds 4 KiB beside its session, which is below
///   1 KiB.
/// - 1/16 is nobody's: PONG, +OK, -ERR and INFO, what one iteration reads, and what pages of
///   smaller blocks leave unused.
[[nodiscard]] constexpr memory_shares shares_of(std::size_t arena_bytes) noexcept {
  return {arena_bytes / 2, arena_bytes / 8 * 3, arena_bytes / 16};
}

}  // namespace wirebird::broker
