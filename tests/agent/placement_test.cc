#include "dataplane/agent/placement.hh"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hwloc.h>

namespace wirebird::agent {
namespace {

/// A machine that hwloc makes up: nodes, cores of each, hardware threads of each core.
machine synthetic(unsigned nodes, unsigned cores, unsigned threads) {
  hwloc_topology_t topology = nullptr;
  const std::string shape = "numa:" + std::to_string(nodes) + " core:" + std::to_string(cores) +
                            " pu:" + std::to_string(threads);
  EXPECT_EQ(hwloc_topology_init(&topology), 0);
  EXPECT_EQ(hwloc_topology_set_synthetic(topology, shape.c_str()), 0);
  EXPECT_EQ(hwloc_topology_load(topology), 0);
  machine made = machine_of(topology);
  hwloc_topology_destroy(topology);
  return made;
}

std::vector<unsigned> numbers(const placement& made) {
  std::vector<unsigned> all;
  for (const hardware_thread& one : made.workers) all.push_back(one.number);
  return all;
}

using list = std::vector<unsigned>;

TEST(placement, synthetic_machines_are_read_as_they_are_shaped) {
  const machine two = synthetic(2, 2, 2);
  ASSERT_EQ(two.size(), 8U);
  EXPECT_EQ(two[0], (hardware_thread{0, 0, 0}));
  EXPECT_EQ(two[1], (hardware_thread{1, 0, 0}));
  EXPECT_EQ(two[7], (hardware_thread{7, 3, 1}));
}

TEST(placement, one_node_leaves_the_first_core_to_others) {
  const placement made = plan(synthetic(1, 4, 1), {});
  EXPECT_EQ(numbers(made), (list{1, 2, 3}));
  EXPECT_TRUE(made.pinned);
  EXPECT_EQ(numbers(plan(synthetic(1, 4, 1), {2, {}, {}})), (list{1, 2}));
}

TEST(placement, siblings_of_a_core_are_never_two_workers) {
  EXPECT_EQ(numbers(plan(synthetic(1, 4, 2), {})), (list{2, 4, 6}));
  EXPECT_EQ(numbers(plan(synthetic(2, 2, 2), {})), (list{2, 4, 6}));
}

TEST(placement, cores_of_the_nics_node_come_first) {
  // Node 1 of two: CPUs 4 to 7.
  EXPECT_EQ(numbers(plan(synthetic(2, 4, 1), {2, {}, 1})), (list{4, 5}));
  EXPECT_EQ(numbers(plan(synthetic(2, 4, 1), {6, {}, 1})), (list{4, 5, 6, 7, 1, 2}));
  // With hyper-threads, node 1 begins at CPU 8.
  EXPECT_EQ(numbers(plan(synthetic(2, 4, 2), {3, {}, 1})), (list{8, 10, 12}));
}

TEST(placement, auto_stays_on_the_nics_node) {
  EXPECT_EQ(numbers(plan(synthetic(2, 4, 1), {{}, {}, 1})), (list{4, 5, 6, 7}));
  EXPECT_EQ(numbers(plan(synthetic(2, 4, 1), {{}, {}, 0})), (list{1, 2, 3}));
  EXPECT_EQ(plan(synthetic(8, 4, 2), {{}, {}, {}}).workers.size(), 31U);
  EXPECT_EQ(numbers(plan(synthetic(8, 2, 1), {{}, {}, 7})), (list{14, 15}));
}

TEST(placement, auto_stops_at_the_number_of_workers_that_fit_a_set) {
  EXPECT_EQ(plan(synthetic(8, 32, 1), {}).workers.size(), 64U);
}

TEST(placement, a_single_core_is_shared) {
  const placement made = plan(synthetic(1, 1, 2), {});
  EXPECT_EQ(numbers(made), (list{0}));
  EXPECT_TRUE(made.pinned);
}

TEST(placement, more_workers_than_cores_to_own_are_not_pinned) {
  const placement made = plan(synthetic(1, 2, 1), {4, {}, {}});
  EXPECT_TRUE(made.error.empty());
  EXPECT_EQ(made.workers.size(), 4U);
  EXPECT_FALSE(made.pinned);
}

TEST(placement, a_list_of_cores_decides_everything) {
  const placement made = plan(synthetic(2, 2, 2), {4, {7, 0, 1, 2}, 1});
  EXPECT_EQ(numbers(made), (list{7, 0, 1, 2}));
  EXPECT_TRUE(made.pinned);
}

TEST(placement, other_threads_keep_off_the_cores_of_workers) {
  EXPECT_EQ(plan(synthetic(1, 4, 1), {}).others, (list{0}));
  EXPECT_EQ(plan(synthetic(1, 2, 2), {1, {}, {}}).others, (list{0, 1})) << "not its second thread";
  EXPECT_EQ(plan(synthetic(1, 1, 2), {}).others, (list{1})) << "there is no other core";
  EXPECT_EQ(plan(synthetic(1, 2, 1), {2, {0, 1}, {}}).others, list{}) << "there is nothing else";
  EXPECT_EQ(plan(synthetic(1, 2, 1), {4, {}, {}}).others, list{}) << "workers are anywhere";
}

TEST(placement, a_list_that_cannot_be_is_refused_with_a_sentence) {
  EXPECT_EQ(plan(synthetic(1, 2, 1), {1, {2}, {}}).error,
            "--cores: this process may not run on CPU 2");
  EXPECT_EQ(plan(synthetic(1, 2, 1), {2, {1, 1}, {}}).error, "--cores: CPU 1 is listed twice");
  EXPECT_FALSE(plan({}, {}).error.empty());
}

TEST(placement, is_described_with_its_reasons) {
  const machine all = synthetic(2, 2, 2);
  EXPECT_EQ(describe(all, plan(all, {1, {}, 1})),
            "Machine: 2 NUMA nodes, 4 cores, 8 CPUs\n"
            "Worker 0: CPU 4, core 2, node 1\n"
            "Others: CPU 0, CPU 1, CPU 2, CPU 3, CPU 6, CPU 7\n"
            "  - a core gets one worker, whatever its number of hardware threads\n"
            "  - core of CPU 0 is left to the kernel, the main thread and helpers\n"
            "  - the NIC is on node 1: its 2 cores come first\n");
  const machine small = synthetic(1, 1, 1);
  EXPECT_EQ(describe(small, plan(small, {2, {}, {}})),
            "Machine: 1 NUMA node, 1 core, 1 CPU\n"
            "Worker 0: not pinned\n"
            "Worker 1: not pinned\n"
            "  - only one core: it is shared with the kernel and the main thread\n"
            "  - no NIC with a NUMA node: cores in the machine's order\n"
            "  - 2 workers on 1 core: not pinned, the scheduler decides\n");
}

}  // namespace
}  // namespace wirebird::agent
