#include "dataplane/agent/machine.hh"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

namespace wirebird::agent {
namespace {

TEST(machines, this_one_has_exactly_the_cpus_that_we_may_run_on) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  const machine here = read_machine();
  EXPECT_EQ(here.size(), static_cast<std::size_t>(CPU_COUNT(&allowed)));
  for (const hardware_thread& one : here) EXPECT_TRUE(CPU_ISSET(one.number, &allowed));
}

TEST(machines, a_thread_stays_where_it_is_told_with_those_that_it_starts) {
  std::thread([] {
    const unsigned first = read_machine().front().number;
    ASSERT_EQ(stay_on({first}), 0);
    std::thread([first] {
      cpu_set_t allowed;
      ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
      EXPECT_EQ(CPU_COUNT(&allowed), 1);
      EXPECT_TRUE(CPU_ISSET(first, &allowed));
    }).join();
    EXPECT_EQ(stay_on({}), EINVAL);
  }).join();
}

/// A sysfs with three devices, in a directory of its own.
class nic_nodes : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "sysXXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    add("bus/pci/devices/0000:3b:00.0", "1\n");
    add("class/net/eth7/device", "2\n");
    add("class/net/eth8/device", "-1\n");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void add(const std::string& folder, const std::string& text) {
    std::filesystem::create_directories(root_ + "/" + folder);
    std::ofstream(root_ + "/" + folder + "/numa_node") << text;
  }
  std::string root_;
};

TEST_F(nic_nodes, are_found_by_pci_address_and_by_interface) {
  EXPECT_EQ(node_of_nic("pci:0000:3b:00.0", root_), 1U);
  EXPECT_EQ(node_of_nic("pci:3b:00.0", root_), 1U);
  EXPECT_EQ(node_of_nic("pci:3b:00.0,queues=4", root_), 1U);
  EXPECT_EQ(node_of_nic("af_xdp:eth7", root_), 2U);
}

TEST_F(nic_nodes, are_unknown_for_software_and_where_the_kernel_does_not_know) {
  for (const char* spec : {"", "tap", "tap:", "tap:wirebird0", "af_xdp:eth8", "af_xdp:.."})
    EXPECT_FALSE(node_of_nic(spec, root_)) << spec;
}

}  // namespace
}  // namespace wirebird::agent
