#include "control/plane/refresher.hh"

#include <algorithm>
#include <utility>

namespace wirebird::control {

void refresher::refresh(bool with_subscriptions, callback done) {
  waiting_for_lists_ = waiting_for_lists_ || with_subscriptions;
  waiting_.push_back(std::move(done));
  if (served_.empty()) start();
}

bool refresher::is_done() const noexcept {
  for (std::size_t i = 0; i < memory_.workers(); ++i)
    if (memory_.worker(i).refresh_done != number_) return false;
  return true;
}

void refresher::start() {
  served_ = std::exchange(waiting_, {});
  const bool lists = std::exchange(waiting_for_lists_, false);
  give_up_at_ = std::chrono::steady_clock::now();
  if (lists)
    give_up_at_ += patience_with_lists;
  else
    give_up_at_ += patience;
  // Greater than any number of this control or of those before it.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  number_ = std::max(number_ + 1, static_cast<std::uint64_t>(now.count()));
  protocol::plane::message_builder ask(protocol::plane::message_type::refresh);
  ask.add(protocol::plane::field_tag::number, number_);
  if (lists) ask.add(protocol::plane::field_tag::wanted, protocol::plane::wanted_subscriptions);
  link_.send(ask);
  look();
}

void refresher::look() {
  if (is_done() || std::chrono::steady_clock::now() >= give_up_at_) {
    for (const callback& done : std::exchange(served_, {})) done();
    if (!waiting_.empty() && served_.empty()) start();
    return;
  }
  timer_.expires_after(look_every);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

}  // namespace wirebird::control
