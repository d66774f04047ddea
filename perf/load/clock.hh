// The load tool's clock. One call costs a few tens of nanoseconds; loops read it once per batch.
#pragma once

#include <cstdint>
#include <ctime>

namespace wirebird::load {

// Nanoseconds on CLOCK_MONOTONIC; only differences mean something.
using nanoseconds = std::int64_t;

inline constexpr nanoseconds nanoseconds_per_second = 1'000'000'000;

[[nodiscard]] inline nanoseconds now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * nanoseconds_per_second + time.tv_nsec;
}

[[nodiscard]] inline double seconds_of(nanoseconds span) {
  return static_cast<double>(span) / static_cast<double>(nanoseconds_per_second);
}

}  // namespace wirebird::load
