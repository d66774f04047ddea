#include "control/plane/refresher.hh"

#include <algorithm>
#include <utility>

namespace wirebird::control {

namespace {

/// As wirebird reads it.
std::uint64_t bits_of(const rows_wanted& wanted) noexcept {
  namespace plane = protocol::plane;
  return (wanted.subscriptions ? plane::wanted_subscriptions : 0) |
         (wanted.paths ? plane::wanted_paths : 0) | (wanted.open ? 0 : plane::wanted_no_rows) |
         (wanted.cache ? plane::wanted_cache : 0);
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

rows_wanted refresher::without_those_at_rest(rows_wanted wanted) const noexcept {
  if (wanted.all_new) return wanted;
  const auto now = clock::now();
  if (!rows_.is_over(now) && (paths_are_there_ || !wanted.paths))
    wanted.open = wanted.paths = false;
  if (!lists_.is_over(now)) wanted.subscriptions = false;
  return wanted;
}

void refresher::start() {
  served_ = std::exchange(waiting_, {});
  at_work_on_ = without_those_at_rest(std::exchange(waiting_for_, {}));
  give_up_at_ = clock::now() + patience;
  // Greater than any number of this control or of those before it.
  number_ =
      std::max(number_ + 1, static_cast<std::uint64_t>(clock::now().time_since_epoch().count()));
  protocol::plane::message_builder ask(protocol::plane::message_type::refresh);
  ask.add(protocol::plane::field_tag::number, number_);
  ask.add(protocol::plane::field_tag::wanted, bits_of(at_work_on_));
  spent_ns_.clear();
  for (std::size_t i = 0; i < memory_.workers(); ++i)
    spent_ns_.push_back(memory_.worker(i).listing_ns);
  link_.send(ask);
  look();
}

/// Whoever wrote these lists has had enough work with them.
void refresher::finish() {
  std::uint64_t rows = 0;
  std::uint64_t subscriptions = 0;
  std::uint64_t cost_ns = 0;
  for (std::size_t i = 0; i < memory_.workers(); ++i) {
    const auto record = memory_.worker(i);
    rows = std::max(rows, record.connection_rows);
    subscriptions = std::max(subscriptions, record.subscriptions);
    cost_ns = std::max(cost_ns, record.listing_ns - std::min(record.listing_ns, spent_ns_[i]));
  }
  const auto now = clock::now();
  const std::chrono::nanoseconds cost(cost_ns);
  if (at_work_on_.open) {
    rows_.begin(now, rows, cost);
    paths_are_there_ = at_work_on_.paths;
  }
  if (at_work_on_.subscriptions) lists_.begin(now, subscriptions, cost);
}

void refresher::look() {
  const bool done = is_done();
  if (done || clock::now() >= give_up_at_) {
    if (done) finish();
    batch together;
    for (const callback& each : std::exchange(served_, {})) each(together);
    if (!waiting_.empty() && served_.empty()) start();
    return;
  }
  timer_.expires_after(look_every);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

}  // namespace wirebird::control
