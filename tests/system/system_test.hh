#pragma once

#include "tests/system/broker_process.hh"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {

/// Each test has a broker of its own. After the test it must end on SIGINT with exit code 0 and
/// nothing left over; its log is shown if anything failed.
class system_test : public testing::TestWithParam<transport> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// What the broker's configuration file says; empty: it has none.
  [[nodiscard]] virtual std::string configuration() const { return {}; }
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
