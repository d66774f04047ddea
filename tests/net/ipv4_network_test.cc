#include "dataplane/net/ipv4_network.hh"

#include "tests/sim/packets.hh"

#include <gtest/gtest.h>

namespace wirebird::net {
namespace {

using wirebird::testing::v4;

TEST(ipv4_network, contains_what_shares_the_prefix) {
  const ipv4_network network(v4("10.1.2.3"), 20);
  EXPECT_TRUE(network.contains(v4("10.1.0.1")));
  EXPECT_TRUE(network.contains(v4("10.1.15.254")));
  EXPECT_FALSE(network.contains(v4("10.1.16.0")));
  EXPECT_FALSE(network.contains(v4("10.0.255.255")));
  EXPECT_FALSE(network.contains(v4("11.1.2.3")));
}

TEST(ipv4_network, both_forms_of_broadcast) {
  const ipv4_network network(v4("10.1.2.3"), 20);
  EXPECT_TRUE(network.is_broadcast(v4("10.1.15.255")));
  EXPECT_TRUE(network.is_broadcast(v4("10.1.0.0")));
  EXPECT_TRUE(network.is_broadcast(v4("255.255.255.255")));
  EXPECT_FALSE(network.is_broadcast(v4("10.1.14.255")));
  EXPECT_FALSE(network.is_broadcast(v4("10.1.16.0"))) << "another network's is not ours to know";
}

TEST(ipv4_network, a_network_of_two_has_no_broadcast) {
  const ipv4_network network(v4("10.0.0.0"), 31);
  EXPECT_TRUE(network.contains(v4("10.0.0.1")));
  EXPECT_TRUE(network.is_host(v4("10.0.0.0")));
  EXPECT_TRUE(network.is_host(v4("10.0.0.1")));
  EXPECT_FALSE(network.contains(v4("10.0.0.2")));
}

TEST(ipv4_network, a_network_of_one_and_a_network_of_all) {
  const ipv4_network alone(v4("10.0.0.5"), 32);
  EXPECT_TRUE(alone.contains(v4("10.0.0.5")));
  EXPECT_FALSE(alone.contains(v4("10.0.0.4")));
  EXPECT_TRUE(alone.is_host(v4("10.0.0.5")));
  const ipv4_network everybody(v4("10.0.0.5"), 0);
  EXPECT_TRUE(everybody.contains(v4("203.0.113.9")));
}

TEST(ipv4_network, addresses_that_no_host_has) {
  const ipv4_network network(v4("10.1.2.3"), 24);
  for (const char* text : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.1", "224.0.0.1",
                           "239.255.255.255", "255.255.255.255", "10.1.2.255", "10.1.2.0"})
    EXPECT_FALSE(network.is_host(v4(text))) << text;
  for (const char* text : {"10.1.2.3", "10.1.2.254", "1.0.0.0", "126.255.255.255", "128.0.0.0",
                           "223.255.255.255", "10.1.3.0"})
    EXPECT_TRUE(network.is_host(v4(text))) << text;
}

}  // namespace
}  // namespace wirebird::net
