#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/broker/limits.hh"

#include <utility>

namespace wirebird::broker {

/// The last time that the worker did not run although something was due: the machine had no time
/// for it. A timer that comes late for want of its turn among many others is no sign of that.
class standstill {
 public:
  /// Once per iteration, at its begin.
  void note(instant now) noexcept {
    const instant before = std::exchange(last_, now);
    if (now - before <= worker_pause_max) return;
    begin_ = before;
    end_ = now;
  }
  /// Whether what was due at `deadline` had to wait for the worker, not the other way round.
  [[nodiscard]] bool held_up(instant deadline) const noexcept {
    return deadline >= begin_ && end_ - deadline > worker_pause_max;
  }

 private:
  instant last_{};
  instant begin_{};
  instant end_{};
};

}  // namespace wirebird::broker
