// Whole workers, simulated from seeds.
#include "tests/worker/simulation.hh"

#include <cstdlib>
#include <utility>

namespace wirebird::worker {
namespace {

simulation_options options_of(std::uint64_t seed) {
  simulation_options how;
  how.seed = seed;
  how.workers = static_cast<unsigned>(2 + seed % 3);
  if (seed % 2 == 0) {
    // Full now and then; what is not referred to must fit half of one.
    how.lane_bytes = std::size_t{4} * 1024;
    how.payload_bytes_max = 1500;
  }
  if (seed % 4 == 3) return how;
  how.wire.loss = 10;
  how.wire.duplication = 10;
  how.wire.reordering = 20;
  return how;
}

/// WIREBIRD_SEEDS=FIRST-LAST replays or soaks.
std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* const given = std::getenv("WIREBIRD_SEEDS");
  if (given == nullptr) return {1, 8};
  char* end = nullptr;
  const std::uint64_t first = std::strtoull(given, &end, 10);
  return {first, *end == '-' ? std::strtoull(end + 1, nullptr, 10) : first};
}

TEST(whole_workers, serve_clients_as_one_whatever_wire_and_clock_do) {
  simulation_totals sum;
  const auto [first, last] = seeds();
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    simulation one(options_of(seed));
    ASSERT_EQ(one.run(1500), "") << "WIREBIRD_SEEDS=" << seed;
    sum.crossed += one.totals().crossed;
    sum.lanes_full += one.totals().lanes_full;
    sum.steered += one.totals().steered;
    sum.retransmitted += one.totals().retransmitted;
    sum.left += one.totals().left;
    sum.refused_requests += one.totals().refused_requests;
  }
  // What must happen for the runs to mean something.
  EXPECT_GT(sum.crossed, 0U);
  EXPECT_GT(sum.steered, 0U);
  if (last - first < 5) return;
  EXPECT_GT(sum.lanes_full, 0U);
  EXPECT_GT(sum.retransmitted, 0U);
  EXPECT_GT(sum.left, 0U);
  EXPECT_GT(sum.refused_requests, 0U);
}

}  // namespace
}  // namespace wirebird::worker
