#include "tests/system/process.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <cstdlib>

#include <gmock/gmock.h>
#include <signal.h>

namespace wirebird::system_tests {
namespace {

/// What only this transport has: a peer whose kernel leaves checksums open.
class af_xdp_port : public system_test {
 protected:
  void TearDown() override {
    leave_checksums_to_cards(false);
    system_test::TearDown();
  }
};

TEST_P(af_xdp_port, partial_checksums_are_dropped_and_told_once) {
  leave_checksums_to_cards(true);
  constexpr milliseconds in_vain{500};
  EXPECT_FALSE(can_connect(broker().host(), broker().port(), in_vain));
  EXPECT_FALSE(can_connect(broker().host(), broker().port(), in_vain));
  const std::string sentence = "ethtool -K PEER tx off on its interface, or --trust-rx-checksum";
  EXPECT_TRUE(
      eventually([&] { return broker().child().output().find(sentence) != std::string::npos; }));
  leave_checksums_to_cards(false);
  EXPECT_TRUE(can_connect(broker().host(), broker().port()));
  stop_broker(SIGINT);
  const std::string log = broker().child().output();
  EXPECT_EQ(log.find(sentence), log.rfind(sentence));
}

TEST_P(af_xdp_port, trusted_checksums_may_be_partial) {
  stop_broker(SIGINT);
  leave_checksums_to_cards(true);
  broker_process trusting(GetParam(), 0, {"--trust-rx-checksum"});
  raw_client client(trusting.host(), trusting.port());
  client.connect(R"({"verbose":false})");
  client.send("SUB foo 1\r\nPUB foo 2\r\nhi\r\nPING\r\n");
  EXPECT_EQ(client.read_through("PONG\r\n"), "MSG foo 1 2\r\nhi\r\nPONG\r\n");
  trusting.child().signal(SIGINT);
  EXPECT_EQ(trusting.child().wait(), (exit_status{.code = 0, .signal = 0}));
}

TEST_P(af_xdp_port, an_address_that_the_kernel_has_is_refused) {
  broker_setting setting = setting_for(GetParam());
  for (std::string& word : setting.arguments)
    if (word == setting.host + "/24") word = host_address(GetParam()) + "/24";
  std::vector<std::string> command = {setting.binary};
  command.insert(command.end(), setting.arguments.begin(), setting.arguments.end());
  process refused(command, sanitizer_environment());
  EXPECT_EQ(refused.wait(), (exit_status{.code = 1, .signal = 0}));
  EXPECT_NE(refused.output().find("the kernel has the address"), std::string::npos)
      << refused.output();
}

INSTANTIATE_TEST_SUITE_P(on, af_xdp_port, testing::Values(transport::af_xdp), name_of);

}  // namespace
}  // namespace wirebird::system_tests
