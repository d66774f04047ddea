#include "control/monitor/networks.hh"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::control {
namespace {

networks of(const std::vector<std::string>& texts) {
  return networks(texts);
}

TEST(networks, without_any_everybody_is_let_in) {
  EXPECT_TRUE(of({}).has("192.0.2.1"));
  EXPECT_TRUE(of({}).has("2001:db8::1"));
}

TEST(networks, only_addresses_inside_are_let_in) {
  const networks some = of({"10.1.0.0/16", "192.0.2.7", "2001:db8::/32", "172.16.5.9/12"});
  for (const char* inside : {"10.1.0.0", "10.1.255.255", "192.0.2.7", "2001:db8:1::5", "172.16.0.1",
                             "172.31.255.255", "::ffff:10.1.2.3"})
    EXPECT_TRUE(some.has(inside)) << inside;
  for (const char* outside : {"10.2.0.0", "10.0.255.255", "192.0.2.8", "2001:db9::", "172.32.0.0",
                              "::ffff:10.2.0.1", "127.0.0.1", "::1", "", "10.1.0.0.1", "localhost"})
    EXPECT_FALSE(some.has(outside)) << outside;
}

TEST(networks, all_and_what_is_no_network) {
  EXPECT_TRUE(of({"0.0.0.0/0"}).has("8.8.8.8"));
  EXPECT_FALSE(of({"0.0.0.0/0"}).has("2001:db8::1"));
  EXPECT_FALSE(of({"nonsense"}).has("10.0.0.1")) << "a list that cannot be read lets nobody in";
  EXPECT_FALSE(of({"10.0.0.0/33"}).has("10.0.0.1"));
}

}  // namespace
}  // namespace wirebird::control
