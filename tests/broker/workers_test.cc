// Several brokers and the lanes between them, simulated from seeds.
#include "tests/broker/workers_simulation.hh"

#include <cstdlib>

namespace wirebird::broker {
namespace {

simulation_options options_of(std::uint64_t seed) {
  simulation_options how;
  how.seed = seed;
  how.workers = static_cast<unsigned>(1 + seed % 4);
  // Small lanes, so that they are full now and then; what is below 4 KiB must fit half of one.
  const bool tiny = seed % 3 == 0;
  how.lane_bytes = std::size_t{tiny ? 4U : 16U} * 1024;
  how.payload_bytes_max = tiny ? 1500 : 9000;
  if (seed % 5 == 0) how.fanout_budget = 1;
  return how;
}

/// WIREBIRD_SEEDS=FIRST-LAST replays or soaks.
std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* const given = std::getenv("WIREBIRD_SEEDS");
  if (given == nullptr) return {1, 200};
  char* end = nullptr;
  const std::uint64_t first = std::strtoull(given, &end, 10);
  return {first, *end == '-' ? std::strtoull(end + 1, nullptr, 10) : first};
}

TEST(several_workers, act_as_one_whatever_the_order_in_which_they_run) {
  std::uint64_t crossed = 0, full = 0, barriers = 0, paused = 0, split = 0, vanished = 0;
  const auto [first, last] = seeds();
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    workers_simulation one(options_of(seed));
    ASSERT_EQ(one.run(150), "") << "WIREBIRD_SEEDS=" << seed;
    crossed += one.sum(&counters::crossings_received);
    full += one.sum(&counters::lanes_full);
    barriers += one.sum(&counters::barrier_waits);
    paused += one.sum(&counters::sessions_paused_for_lanes);
    split += one.sum(&counters::fanouts_split);
    vanished += one.sum(&counters::members_vanished);
  }
  // What must happen for the runs to mean something.
  EXPECT_GT(crossed, 0U);
  if (last - first < 100) return;
  EXPECT_GT(full, 0U);
  EXPECT_GT(barriers, 0U);
  EXPECT_GT(paused, 0U);
  EXPECT_GT(split, 0U);
  EXPECT_GT(vanished, 0U);
}

class broken_rules : public testing::TestWithParam<sabotage> {};

TEST_P(broken_rules, are_found) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    simulation_options how = options_of(seed);
    how.workers = static_cast<unsigned>(2 + seed % 3);
    how.lane_bytes = std::size_t{64} * 1024;
    how.payload_bytes_max = 2000;  // what is referred to would be gone
    how.broken = GetParam();
    const verdict found = workers_simulation(how).run(150);
    if (found.empty()) continue;
    EXPECT_EQ(found.find("was closed"), std::string::npos) << found;
    RecordProperty("seed", static_cast<int>(seed));
    RecordProperty("found", found);
    return;
  }
  FAIL() << "100 seeds and nothing was noticed";
}

INSTANTIATE_TEST_SUITE_P(all, broken_rules,
                         testing::Values(sabotage::overtaking, sabotage::passing,
                                         sabotage::dropping, sabotage::hasty_consumers,
                                         sabotage::repeated_records));

}  // namespace
}  // namespace wirebird::broker
