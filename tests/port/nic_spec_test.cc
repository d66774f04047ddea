#include "dataplane/port/nic_spec.hh"

#include <array>
#include <string_view>

#include <gtest/gtest.h>

namespace wirebird::port {
namespace {

TEST(nic_spec, tap_with_a_name_is_read) {
  for (const std::string_view name : {"wirebird0", "a", "x.y-z_0", "fifteen-bytes-0"}) {
    const nic_spec_result result = parse_nic_spec("tap:" + std::string(name));
    ASSERT_TRUE(result.value) << result.error;
    EXPECT_EQ(result.value->tap, name);
  }
}

TEST(nic_spec, names_that_the_kernel_or_dpdk_would_not_take_as_written_are_refused) {
  for (const std::string_view name :
       {".", "..", "a/b", "a:b", "a b", "wb%d", "a,b", "a=b", "[a]", "a\tb", "a\x7f", "\xc3\xa4"}) {
    const nic_spec_result result = parse_nic_spec("tap:" + std::string(name));
    EXPECT_FALSE(result.value) << name;
    EXPECT_NE(result.error.find("not a name"), std::string::npos) << result.error;
  }
}

TEST(nic_spec, refusals_say_what_is_wrong) {
  struct row {
    std::string_view text;
    std::string_view part;
  };
  for (const row& wanted :
       {row{"", "expected tap:NAME"}, row{"eth0", "expected tap:NAME"},
        row{"tap:", "the name is missing"},
        row{"tap:sixteen-bytes-00", "at most 15 bytes, this one has 16"},
        row{"pci:0000:00:04.0", "not supported yet"}, row{"af_xdp:eth1", "not supported yet"}}) {
    const nic_spec_result result = parse_nic_spec(wanted.text);
    EXPECT_FALSE(result.value) << wanted.text;
    EXPECT_NE(result.error.find(wanted.part), std::string::npos) << result.error;
  }
}

}  // namespace
}  // namespace wirebird::port
