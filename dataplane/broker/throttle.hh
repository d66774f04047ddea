#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"

namespace wirebird::broker {

class session;
struct throttled_tag;

/// Publishers that do not read for a moment, because one of their subscribers lags: more than 3/4
/// of max_pending waits for it. Only a subscriber that takes its bytes earns this (session,
/// `wait_for`), and never more than throttle_time at once, so it is time to catch up and no way to
/// stop others. When a subscriber has caught up, all of them read again. One worker.
class throttle final : public timer {
 public:
  explicit throttle(timer_wheel& timers) noexcept : timers_(timers) {}

  /// Has `publisher` resume_after_throttle() at `until` or before. requires: it has stopped
  /// reading, and is not in here.
  void add(session& publisher, instant until) noexcept;
  /// The publisher is closed.
  void forget(session& closed) noexcept;
  /// Everybody reads again.
  void release(instant now);

 private:
  void on_timer(instant now) override { release(now); }

  timer_wheel& timers_;
  intrusive_list<session, throttled_tag> stopped_;
};

}  // namespace wirebird::broker
