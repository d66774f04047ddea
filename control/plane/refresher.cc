#include "control/plane/refresher.hh"

#include <utility>

namespace wirebird::control {

void refresher::refresh(callback done) {
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
  give_up_at_ = std::chrono::steady_clock::now() + patience;
  // Greater than any number of this control or of those before it.
  number_ = static_cast<std::uint64_t>(give_up_at_.time_since_epoch().count());
  protocol::plane::message_builder ask(protocol::plane::message_type::refresh);
  ask.add(protocol::plane::field_tag::number, number_);
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
