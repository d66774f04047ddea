#pragma once

#include <chrono>

namespace wirebird {

using duration = std::chrono::nanoseconds;

/// The one time line of a worker: monotonic, from an arbitrary origin. It deliberately has no
/// now(): a worker reads its clock once per loop iteration and hands the instant down, so every
/// room below runs on virtual time in tests.
struct worker_clock {
  using duration = wirebird::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<worker_clock>;
  static constexpr bool is_steady = true;
};

using instant = worker_clock::time_point;

/// A deadline that never comes.
inline constexpr instant never = instant::max();

}  // namespace wirebird
