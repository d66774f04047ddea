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
    EXPECT_EQ(result.value->name, name);
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

TEST(nic_spec, af_xdp_has_an_interface_and_options) {
  const nic_spec_result plain = parse_nic_spec("af_xdp:eth1");
  ASSERT_TRUE(plain.value) << plain.error;
  EXPECT_EQ(plain.value->kind, nic_kind::af_xdp);
  EXPECT_EQ(plain.value->name, "eth1");
  EXPECT_FALSE(plain.value->zero_copy);
  EXPECT_FALSE(plain.value->queues_chosen);
  EXPECT_EQ(plain.value->busy_budget, 0U);

  const nic_spec_result all = parse_nic_spec("af_xdp:eth1,queue=3,busy_budget=64,zero_copy");
  ASSERT_TRUE(all.value) << all.error;
  EXPECT_TRUE(all.value->zero_copy);
  EXPECT_TRUE(all.value->queues_chosen);
  EXPECT_EQ(all.value->first_queue, 3U);
  EXPECT_EQ(all.value->busy_budget, 64U);
}

TEST(nic_spec, pci_addresses_get_their_domain_and_lower_case) {
  for (const std::string_view text : {"pci:0000:0A:1f.7", "pci:0a:1f.7", "pci:0000:0a:1f.7"}) {
    const nic_spec_result result = parse_nic_spec(text);
    ASSERT_TRUE(result.value) << result.error;
    EXPECT_EQ(result.value->kind, nic_kind::pci);
    EXPECT_EQ(result.value->name, "0000:0a:1f.7");
  }
}

TEST(nic_spec, virtual_devices_keep_their_arguments) {
  const nic_spec_result result = parse_nic_spec("vdev:net_af_packet0,iface=eth1,qpairs=2");
  ASSERT_TRUE(result.value) << result.error;
  EXPECT_EQ(result.value->kind, nic_kind::vdev);
  EXPECT_EQ(result.value->name, "net_af_packet0");
  EXPECT_EQ(result.value->arguments, "iface=eth1,qpairs=2");
}

TEST(nic_spec, refusals_say_what_is_wrong) {
  struct row {
    std::string_view text;
    std::string_view part;
  };
  for (const row& wanted :
       {row{"", "expected tap:NAME"}, row{"eth0", "expected tap:NAME"},
        row{"tap:", "the name is missing"}, row{"af_xdp:,zero_copy", "the name is missing"},
        row{"tap:sixteen-bytes-00", "at most 15 bytes, this one has 16"},
        row{"af_xdp:eth1,queue=-1", "queue is a number of at most 1023"},
        row{"af_xdp:eth1,busy_budget=x", "busy_budget is a number of at most 65535"},
        row{"af_xdp:eth1,copy", "unknown option copy"},
        row{"pci:0000:00:04.8", "not the address of a PCI device"},
        row{"pci:eth1", "not the address of a PCI device"}, row{"pci:", "not the address"},
        row{"vdev:eth1", "not a virtual device of DPDK"}}) {
    const nic_spec_result result = parse_nic_spec(wanted.text);
    EXPECT_FALSE(result.value) << wanted.text;
    EXPECT_NE(result.error.find(wanted.part), std::string::npos) << result.error;
  }
}

}  // namespace
}  // namespace wirebird::port
