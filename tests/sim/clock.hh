#pragma once

#include "dataplane/base/time.hh"

#include <algorithm>

namespace wirebird::sim {

/// Virtual time: stands still until a test moves it, then jumps.
class clock {
 public:
  [[nodiscard]] instant now() const noexcept { return now_; }
  [[nodiscard]] duration since_start() const noexcept { return now_ - start; }
  /// Never moves back.
  void advance_to(instant to) noexcept { now_ = std::max(now_, to); }
  void advance(duration by) noexcept { now_ += by; }

  /// Not 0, so that a forgotten initial value shows.
  static constexpr instant start{std::chrono::hours(1)};

 private:
  instant now_ = start;
};

}  // namespace wirebird::sim
