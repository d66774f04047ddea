#pragma once

#include <chrono>
#include <cstddef>

/// Every bound of the relay, with the reason for its value.
namespace wirebird::relay {

/// HTTP connections of one worker. Monitoring needs a handful; whoever opens more than this pushes
/// out the ones that have been quiet longest, so a probe that asks and goes is always served.
inline constexpr std::size_t connections_max = 512;

/// Bytes that wait for one side before the other is not read any further. Times two sides and
/// connections_max: 128 MiB at the very worst, out of the worker's arena; a page that nobody reads
/// is what it takes.
inline constexpr std::size_t waiting_bytes_max = 128 * 1024;

/// Connections whose bytes are sent in one iteration, to either side, and about how many bytes; the
/// others keep their place in the line. Writing to control wakes it: 8 us each.
inline constexpr std::size_t flushes_per_iteration = 8;
inline constexpr std::size_t flush_bytes_per_iteration = 64 * 1024;

/// How long control may pause before both sides are closed, once the client has ended: while it
/// owes an answer, and when it has given one.
inline constexpr auto patience_after_end = std::chrono::seconds(30);
inline constexpr auto quiet_after_end = std::chrono::seconds(3);

/// When the arena was dry, moving bytes is tried again this much later.
inline constexpr auto retry_time = std::chrono::milliseconds(10);

}  // namespace wirebird::relay
