#pragma once

#include "dataplane/base/random.hh"
#include "dataplane/base/time.hh"
#include "dataplane/base/timer_wheel.hh"

#include <cstddef>

namespace wirebird::broker {

/// Who can end clients.
class client_closer {
 public:
  /// Ends up to `count` clients. returns: how many are left.
  virtual std::size_t close_some(std::size_t count, instant now) = 0;

 protected:
  ~client_closer() = default;
};

/// The end of a server whose clients should not all come to the others at once: after a grace
/// period they are ended one after another, with random gaps. One worker, from its timers.
class lame_duck final : public timer {
 public:
  /// All references outlive it.
  lame_duck(client_closer&, timer_wheel&, random&) noexcept;

  /// `grace`: before the first end. `length`: from then on to the last one, unless a client a
  /// second takes less.
  void begin(duration grace, duration length, instant now) noexcept;

 private:
  void on_timer(instant now) override;

  client_closer& clients_;
  timer_wheel& timers_;
  random& choices_;
  duration length_{};
  duration interval_{};  ///< zero: nobody was ended yet
  std::size_t at_a_time_ = 1;
};

}  // namespace wirebird::broker
