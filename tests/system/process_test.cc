#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace wirebird::system_tests {
namespace {

class lifecycle : public system_test {};

TEST_P(lifecycle, logs_in_the_usual_format_that_it_listens_and_is_ready) {
  const std::string log = broker().child().output();
  EXPECT_THAT(log, testing::ContainsRegex(
                       R"(\[[0-9]+\] [0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8}\.[0-9]{6} \[INF\] )"
                       "Server is ready\n"));
  const std::string address = broker().host() + ":" + std::to_string(broker().port());
  EXPECT_NE(log.find("[INF] Listening for client connections on " + address + "\n"),
            std::string::npos)
      << log;
}

TEST_P(lifecycle, interrupt_ends_with_exit_code_0) {
  raw_client client(broker().host(), broker().port());
  client.connect(R"({"verbose":false})");
  EXPECT_EQ(stop_broker(SIGINT), (exit_status{.code = 0, .signal = 0}));
  EXPECT_EQ(client.read_until_closed(), "");
}

TEST_P(lifecycle, terminate_ends_with_exit_code_1) {
  EXPECT_EQ(stop_broker(SIGTERM), (exit_status{.code = 1, .signal = 0}));
}

TEST_P(lifecycle, restarts_on_the_same_address_at_once) {
  raw_client client(broker().host(), broker().port());
  client.connect(R"({"verbose":false})");
  EXPECT_EQ(stop_broker(SIGKILL), (exit_status{.code = -1, .signal = SIGKILL}));
  EXPECT_TRUE(eventually([] { return !device_exists(GetParam()); }));
  broker_process second(GetParam(), broker().port());
  EXPECT_TRUE(can_connect(second.host(), second.port()));
  second.child().signal(SIGINT);
  EXPECT_EQ(second.child().wait(), (exit_status{.code = 0, .signal = 0}));
}

TEST_P(lifecycle, a_second_broker_in_the_same_place_fails_with_a_sentence) {
  const broker_setting setting = setting_for(GetParam(), broker().port());
  std::vector<std::string> command = {setting.binary};
  command.insert(command.end(), setting.arguments.begin(), setting.arguments.end());
  process second(command, sanitizer_environment());
  EXPECT_EQ(second.wait(), (exit_status{.code = 1, .signal = 0})) << second.output();
  if (GetParam() == transport::kernel || is_oracle()) {
    EXPECT_NE(second.output().find("address already in use"), std::string::npos) << second.output();
  }
  EXPECT_NE(second.output(), "");
  EXPECT_TRUE(can_connect(broker().host(), broker().port())) << "the first one must live on";
}

TEST_P(lifecycle, answers_what_a_half_closed_connection_asked) {
  for (const char* before : {"", "SUB foo 1\r\nPUB foo 2\r\nhi\r\n"}) {
    raw_client client(broker().host(), broker().port());
    client.connect(R"({"verbose":false})");
    client.send(std::string(before) + "PING\r\n");
    client.half_close();
    const std::string message = *before == '\0' ? "" : "MSG foo 1 2\r\nhi\r\n";
    EXPECT_EQ(client.read_until_closed(), message + "PONG\r\n");
  }
}

WIREBIRD_ON_EVERY_TRANSPORT(lifecycle);

class command_line : public testing::TestWithParam<transport> {
 protected:
  void SetUp() override {
    if (const auto reason = why_not(GetParam())) GTEST_SKIP() << "important: " << *reason;
  }

  static process run(const std::string& argument) {
    return process({setting_for(GetParam()).binary, argument}, sanitizer_environment());
  }
};

TEST_P(command_line, version_and_help_are_printed) {
  for (const char* flag : {"-v", "--version"}) {
    process broker = run(flag);
    EXPECT_EQ(broker.wait(), (exit_status{.code = 0, .signal = 0}));
    EXPECT_THAT(broker.output(), testing::ContainsRegex(R"(v[0-9]+\.[0-9]+\.[0-9]+)"));
  }
  for (const char* flag : {"-h", "--help"}) {
    process broker = run(flag);
    EXPECT_EQ(broker.wait(), (exit_status{.code = 0, .signal = 0}));
    EXPECT_NE(broker.output().find("--port"), std::string::npos) << broker.output();
  }
}

TEST_P(command_line, an_unknown_flag_is_refused_by_name) {
  process broker = run("--no-such-flag");
  EXPECT_EQ(broker.wait(), (exit_status{.code = 0, .signal = 0}));  // as nats-server does
  EXPECT_NE(broker.output().find("no-such-flag"), std::string::npos) << broker.output();
}

WIREBIRD_ON_EVERY_TRANSPORT(command_line);

}  // namespace
}  // namespace wirebird::system_tests
