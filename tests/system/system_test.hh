#pragma once

#include "tests/system/process.hh"
#include "tests/system/transport.hh"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {

/// A running broker: started and waited for by the constructor, killed by the destructor.
class broker_process {
 public:
  /// On `port`, or where there is room if it is 0.
  explicit broker_process(transport where, std::uint16_t port = 0);

  [[nodiscard]] const std::string& host() const { return setting_.host; }
  [[nodiscard]] std::uint16_t port() const { return setting_.port; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] process& child() { return *child_; }

 private:
  transport where_;
  broker_setting setting_;
  std::unique_ptr<process> child_;
};

/// Environment of a broker that may have been built with sanitizers: every finding kills it, and
/// freed memory is not kept so long that it looks like a leak.
[[nodiscard]] std::vector<std::string> sanitizer_environment();

/// Whether the broker under test has been built with sanitizers, which makes it slow and large.
[[nodiscard]] bool is_sanitised();

/// Each test has a broker of its own. After the test it must end on SIGINT with exit code 0 and
/// nothing left over; its log is shown if anything failed.
class system_test : public testing::TestWithParam<transport> {
 protected:
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] broker_process& broker() { return *broker_; }
  [[nodiscard]] bool is_oracle() const { return GetParam() == transport::oracle; }

  /// Ends the broker by `signal`. returns: how it ended.
  exit_status stop_broker(int signal);

 private:
  void check_leftovers(const std::string& log) const;

  std::unique_ptr<broker_process> broker_;
  bool stopped_ = false;
};

}  // namespace wirebird::system_tests
