#include "dataplane/port/local_mac.hh"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace wirebird::port {
namespace {

TEST(local_mac, is_the_same_each_time) {
  EXPECT_EQ(macs_for("wb0").ours, macs_for("wb0").ours);
  EXPECT_EQ(macs_for("wb0").kernels, macs_for("wb0").kernels);
}

TEST(local_mac, all_are_different_local_unicast_addresses) {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const tap_macs macs = macs_for("wb" + std::to_string(i));
    for (const mac_address& mac : {macs.ours, macs.kernels}) {
      EXPECT_EQ(mac.octets[0] & 3, 2);
      seen.insert(to_string(mac));
    }
  }
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace wirebird::port
