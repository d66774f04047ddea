#include "tests/system/system_test.hh"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <signal.h>
#include <unistd.h>

namespace wirebird::system_tests {

void system_test::SetUp() {
  if (const auto reason = why_not(GetParam())) GTEST_SKIP() << "important: " << *reason;
  const std::string file = testing::TempDir() + "system-" + std::to_string(::getpid()) + ".conf";
  const std::string text = configuration();
  if (!text.empty()) std::ofstream(file) << text;
  broker_ = std::make_unique<broker_process>(
      GetParam(), 0,
      text.empty() ? std::vector<std::string>{} : std::vector<std::string>{"-c", file});
  std::filesystem::remove(file);
}

exit_status system_test::stop_broker(int signal) {
  stopped_ = true;
  broker_->child().signal(signal);
  const auto status = broker_->child().wait();
  if (!status)
    throw std::runtime_error("the broker did not end on signal " + std::to_string(signal));
  return *status;
}

void system_test::TearDown() {
  if (!broker_) return;
  if (!stopped_) {
    EXPECT_TRUE(broker_->child().is_running()) << "the broker died during the test";
    EXPECT_EQ(stop_broker(SIGINT), (exit_status{.code = 0, .signal = 0}));
  }
  const std::string log = broker_->child().output();
  check_leftovers(log);
  EXPECT_TRUE(eventually([] { return !device_exists(GetParam()); }))
      << "the broker left its network device behind";
  if (HasFailure()) {
    constexpr std::size_t shown_bytes_max = 8000;
    const std::size_t from = log.size() > shown_bytes_max ? log.size() - shown_bytes_max : 0;
    std::cerr << "---- log of the broker, the end of it ----\n" << log.substr(from) << "----\n";
  }
}

// At a clean end a broker built by us reports what its pools still miss: it must be nothing.
// The line reads `Leftovers: name=number name=number ...`.
void system_test::check_leftovers(const std::string& log) const {
  if (is_oracle()) return;
  for (const auto& [name, number] : figures_of(log, "Leftovers:")) {
    EXPECT_EQ(number, 0U) << "left over at the end: " << name;
  }
}

}  // namespace wirebird::system_tests
