#include "dataplane/base/address.hh"

#include <gtest/gtest.h>

namespace wirebird {
namespace {

TEST(address, ipv4_text_round_trips) {
  for (const char* text : {"0.0.0.0", "10.222.0.2", "255.255.255.255", "127.0.0.1"}) {
    const auto address = parse_ip(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(address->is_v4());
    EXPECT_EQ(to_string(*address), text);
  }
  EXPECT_EQ(parse_ip("1.2.3.4")->v4(), 0x01020304U);
  EXPECT_EQ(parse_ip("1.2.3.4"), ip_address::from_v4(0x01020304));
}

TEST(address, ipv6_text_round_trips) {
  for (const char* text : {"::", "::1", "2001:db8::1", "fe80::1:2:3"}) {
    const auto address = parse_ip(text);
    ASSERT_TRUE(address) << text;
    EXPECT_FALSE(address->is_v4());
    EXPECT_EQ(to_string(*address), text);
  }
  EXPECT_EQ(parse_ip("::"), ip_address{});
}

TEST(address, mapped_ipv4_is_ipv4) {
  EXPECT_EQ(parse_ip("::ffff:10.0.0.1"), parse_ip("10.0.0.1"));
  EXPECT_FALSE(parse_ip("::fffe:10.0.0.1")->is_v4());
}

TEST(address, anything_else_is_no_address) {
  for (const char* text : {"", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4",
                           "1.2.3.4/24", "localhost", "::1%lo", ":::", "[::1]", "0x7f.0.0.1"})
    EXPECT_FALSE(parse_ip(text)) << text;
  EXPECT_FALSE(parse_ip(std::string_view("1.2.3.4\0nonsense", 16)));
  EXPECT_FALSE(parse_ip(std::string_view("::1\0", 4)));
}

TEST(address, interface_address_has_a_prefix_length) {
  const auto v4 = parse_interface_address("10.222.0.2/24");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->address, parse_ip("10.222.0.2"));
  EXPECT_EQ(v4->prefix_length, 24);
  EXPECT_EQ(parse_interface_address("10.0.0.1/0")->prefix_length, 0);
  EXPECT_EQ(parse_interface_address("10.0.0.1/32")->prefix_length, 32);
  EXPECT_EQ(parse_interface_address("2001:db8::1/128")->prefix_length, 128);
}

TEST(address, wrong_prefix_lengths_are_refused) {
  for (const char* text :
       {"10.0.0.1", "10.0.0.1/", "/24", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/+1", "10.0.0.1/24 ",
        "10.0.0.1/2x", "10.0.0.1/256", "10.0.0.1/24/24", "2001:db8::1/129"})
    EXPECT_FALSE(parse_interface_address(text)) << text;
}

TEST(address, endpoints_and_ethernet_addresses_have_text) {
  EXPECT_EQ(to_string(endpoint{*parse_ip("10.0.0.1"), 4222}), "10.0.0.1:4222");
  EXPECT_EQ(to_string(endpoint{*parse_ip("2001:db8::1"), 65535}), "[2001:db8::1]:65535");
  EXPECT_EQ(to_string(mac_address{{0x02, 0, 0xab, 0, 0x0c, 0xff}}), "02:00:ab:00:0c:ff");
}

TEST(address, group_bit_marks_multicast) {
  EXPECT_TRUE(broadcast_mac.is_multicast());
  EXPECT_TRUE((mac_address{{0x01, 0, 0x5e, 0, 0, 1}}).is_multicast());
  EXPECT_FALSE((mac_address{{0x02, 0xff, 0xff, 0xff, 0xff, 0xff}}).is_multicast());
}

TEST(bytes, big_endian_integers_at_any_alignment) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t at = 0; at < 4; ++at) {
    store_be32(bytes.data() + at, 0x81a2c3e4);
    EXPECT_EQ(bytes[at], 0x81);
    EXPECT_EQ(bytes[at + 3], 0xe4);
    EXPECT_EQ(load_be32(bytes.data() + at), 0x81a2c3e4U);
    store_be16(bytes.data() + at, 0xfe01);
    EXPECT_EQ(load_be16(bytes.data() + at), 0xfe01);
    EXPECT_EQ(load_be32(bytes.data() + at), 0xfe01c3e4U);
  }
}

}  // namespace
}  // namespace wirebird
