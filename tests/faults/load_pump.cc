#include "tests/faults/load_pump.hh"

#include "perf/load/clock.hh"

#include <algorithm>

namespace wirebird::faults {

load_pump::load_pump(const std::string& host, std::uint16_t port, const std::string& subject,
                     std::size_t subscribers, std::size_t payload_bytes, double rate)
    : fan_(host, port, subject, subscribers, payload_bytes), rate_(rate) {
  thread_ = std::thread([this] { run(); });
}

load_pump::~load_pump() {
  static_cast<void>(stop());
}

std::string load_pump::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
  return complaint_;
}

/// Of the time until `end`: what makes up for a slice that came short, within reason.
double load_pump::rate_until(load::nanoseconds end, load::nanoseconds span) const {
  const double due = rate_ * load::seconds_of(end) - static_cast<double>(fan_.published());
  return std::clamp(due / load::seconds_of(span), 1.0, 2 * rate_ + 1);
}

void load_pump::run() {
  constexpr load::nanoseconds slice = load::nanoseconds_per_second / 10;
  const load::nanoseconds begin = load::now_ns();
  while (!stopping_.load()) {
    const load::nanoseconds end = load::now_ns() - begin + slice;
    fan_.run(rate_ > 0 ? rate_until(end, slice) : 0, slice);
    delivered_.store(fan_.delivered());
  }
  const bool all = fan_.drain(20 * load::nanoseconds_per_second);
  complaint_ = fan_.complaint();
  if (!all && complaint_.empty()) complaint_ = "not everything came";
}

}  // namespace wirebird::faults
