#include "dataplane/broker/lame_duck.hh"

#include "dataplane/broker/limits.hh"

#include <algorithm>
#include <cstdint>

namespace wirebird::broker {

lame_duck::lame_duck(client_closer& clients, timer_wheel& timers, random& choices) noexcept
    : clients_(clients), timers_(timers), choices_(choices) {}

void lame_duck::begin(duration grace, duration length, instant now) noexcept {
  length_ = length;
  timers_.arm(*this, now + grace);
}

void lame_duck::on_timer(instant now) {
  if (interval_ == duration::zero()) {
    const auto clients = static_cast<std::int64_t>(clients_.close_some(0, now));
    if (clients == 0) return;
    interval_ = std::clamp(length_ / clients, leave_interval_min, leave_interval_max);
    if (length_ / clients < interval_)
      at_a_time_ = static_cast<std::size_t>(clients * interval_ / std::max(length_, interval_)) + 1;
  }
  if (clients_.close_some(at_a_time_, now) == 0) return;
  // Up to half of it earlier, as in nats-server, so that clients of several servers do not meet.
  const auto half = static_cast<std::uint64_t>(interval_.count()) / 2;
  timers_.arm(*this, now + interval_ - duration(static_cast<duration::rep>(choices_.below(half))));
}

}  // namespace wirebird::broker
