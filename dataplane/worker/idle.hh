#pragma once

#include "dataplane/base/time.hh"

#include <algorithm>
#include <chrono>

namespace wirebird::worker {

/// When a worker that found nothing to do may sleep, and for how long. On the worker's thread; one
/// decision per quiet iteration.
class idle {
 public:
  /// Polled on for this long after the last work: a request that follows its reply finds the worker
  /// awake.
  static constexpr duration spin_time = std::chrono::microseconds(50);
  /// Longest sleep without any deadline: how late a command from another thread can be seen.
  static constexpr duration sleep_time_max = std::chrono::milliseconds(10);

  explicit idle(bool may_sleep) noexcept : may_sleep_(may_sleep) {}

  void worked(instant now) noexcept { last_work_ = now; }

  /// returns: how long to sleep now; zero means poll again at once.
  [[nodiscard]] duration rest(instant now, instant next_deadline) const noexcept {
    if (!may_sleep_ || now - last_work_ < spin_time || next_deadline <= now)
      return duration::zero();
    return std::min(sleep_time_max, next_deadline - now);
  }

 private:
  bool may_sleep_;
  instant last_work_{};
};

}  // namespace wirebird::worker
