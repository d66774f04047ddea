#include "tests/net/link_test.hh"

namespace wirebird::testing {
namespace {

using namespace std::chrono_literals;

class link_start : public link_test {
 protected:
  static std::string fault(std::string_view address, std::uint8_t prefix_length,
                           std::optional<ip_address> gateway = {}, std::uint32_t mtu = 1500) {
    const char* text = net::fault_of({{ip(address), prefix_length}, gateway, mtu});
    return text == nullptr ? "" : text;
  }
};

TEST_F(link_start, address_is_announced_twice_two_seconds_apart) {
  const packet_bytes announcement =
      padded(hex("ffffffffffff 02000000000a 0806 0001 0800 06 04 0001"
                 "02000000000a 0a00000a 000000000000 0a00000a"));
  link_->announce(now_);
  EXPECT_EQ(sent(), frames_seen{announcement});
  EXPECT_TRUE(advance(1999ms).empty());
  EXPECT_EQ(advance(1ms), frames_seen{announcement});
  EXPECT_TRUE(advance(1min).empty());
  EXPECT_EQ(counts().arp_announcements_sent.value(), 2U);
}

TEST_F(link_start, silent_until_told) {
  EXPECT_TRUE(advance(1min).empty());
}

TEST_F(link_start, usable_options_have_no_fault) {
  EXPECT_EQ(fault("10.0.0.10", 24, ip("10.0.0.1")), "");
  EXPECT_EQ(fault("10.0.0.10", 32, ip("192.168.0.1")), "");
  EXPECT_EQ(fault("10.0.0.0", 31), "");
  EXPECT_EQ(fault("10.0.0.10", 24, {}, 576), "");
  EXPECT_EQ(fault("10.0.0.10", 24, {}, 2034), "");
}

TEST_F(link_start, unusable_options_are_named) {
  EXPECT_NE(fault("2001:db8::1", 24), "");
  EXPECT_NE(fault("10.0.0.10", 33), "");
  EXPECT_NE(fault("10.0.0.0", 24), "");
  EXPECT_NE(fault("10.0.0.255", 24), "");
  EXPECT_NE(fault("127.0.0.1", 8), "");
  EXPECT_NE(fault("224.0.0.1", 24), "");
  EXPECT_NE(fault("10.0.0.10", 24, ip("10.0.0.10")), "");
  EXPECT_NE(fault("10.0.0.10", 24, ip("10.0.0.255")), "");
  EXPECT_NE(fault("10.0.0.10", 24, ip("fe80::1")), "");
  EXPECT_NE(fault("10.0.0.10", 24, {}, 575), "");
  EXPECT_NE(fault("10.0.0.10", 24, {}, 2035), "");
}

}  // namespace
}  // namespace wirebird::testing
