#include "tests/faults/load_pump.hh"

namespace wirebird::faults {

load_pump::load_pump(const std::string& host, std::uint16_t port, const std::string& subject,
                     std::size_t subscribers, std::size_t payload_bytes)
    : fan_(host, port, subject, subscribers, payload_bytes) {
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

void load_pump::run() {
  while (!stopping_.load()) {
    fan_.run(0, load::nanoseconds_per_second / 10);
    delivered_.store(fan_.delivered());
  }
  const bool all = fan_.drain(20 * load::nanoseconds_per_second);
  complaint_ = fan_.complaint();
  if (!all && complaint_.empty()) complaint_ = "not everything came";
}

}  // namespace wirebird::faults
