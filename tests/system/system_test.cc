#include "tests/system/system_test.hh"

#include "tests/system/raw_client.hh"

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include <signal.h>

namespace wirebird::system_tests {

std::vector<std::string> sanitizer_environment() {
  return {"ASAN_OPTIONS=halt_on_error=1:abort_on_error=1:quarantine_size_mb=1",
          "UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1"};
}

bool is_sanitised() {
  const char* value = std::getenv("WIREBIRD_SANITISED");
  return value != nullptr && std::string(value) == "yes";
}

broker_process::broker_process(transport where, std::uint16_t port)
    : where_(where), setting_(setting_for(where, port)) {
  std::vector<std::string> command = {setting_.binary, "-D"};
  command.insert(command.end(), setting_.arguments.begin(), setting_.arguments.end());
  child_ = std::make_unique<process>(command, sanitizer_environment());
  const bool ready = eventually([this] {
    return !child_->is_running() || child_->output().find("Server is ready") != std::string::npos;
  });
  if (!ready || !child_->is_running()) {
    throw std::runtime_error("the broker did not get ready; it said:\n" + child_->output());
  }
  attach_host(where_);
  if (!eventually([this] { return can_connect(setting_.host, setting_.port); })) {
    throw std::runtime_error("the broker takes no connection; it said:\n" + child_->output());
  }
}

std::string broker_process::url() const {
  return "nats://" + setting_.host + ":" + std::to_string(setting_.port);
}

void system_test::SetUp() {
  if (const auto reason = why_not(GetParam())) GTEST_SKIP() << "important: " << *reason;
  broker_ = std::make_unique<broker_process>(GetParam());
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
  const std::string title = "Leftovers:";
  const std::size_t at = log.find(title);
  if (at == std::string::npos) return;
  const std::size_t from = at + title.size();
  std::istringstream line(log.substr(from, log.find('\n', from) - from));
  for (std::string pair; line >> pair;) {
    const std::size_t equals = pair.find('=');
    EXPECT_EQ(pair.substr(equals + 1), "0") << "left over at the end: " << line.str();
  }
}

}  // namespace wirebird::system_tests
