#include "control/plane/refresher.hh"

#include <algorithm>
#include <utility>

namespace wirebird::control {

namespace {

/// As wirebird reads it.
std::uint64_t bits_of(const rows_wanted& wanted) noexcept {
  namespace plane = protocol::plane;
  return (wanted.subscriptions ? plane::wanted_subscriptions : 0) |
         (wanted.paths ? plane::wanted_paths : 0) | (wanted.open ? 0 : plane::wanted_no_rows);
}

}  // namespace

void refresher::refresh(const rows_wanted& wanted, callback done) {
  waiting_for_ |= wanted;
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
  const rows_wanted wanted = std::exchange(waiting_for_, {});
  give_up_at_ = std::chrono::steady_clock::now();
  if (wanted.subscriptions)
    give_up_at_ += patience_with_lists;
  else
    give_up_at_ += patience;
  // Greater than any number of this control or of those before it.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  number_ = std::max(number_ + 1, static_cast<std::uint64_t>(now.count()));
  protocol::plane::message_builder ask(protocol::plane::message_type::refresh);
  ask.add(protocol::plane::field_tag::number, number_);
  ask.add(protocol::plane::field_tag::wanted, bits_of(wanted));
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
