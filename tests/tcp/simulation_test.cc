#include "tests/tcp/simulation.hh"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

// `tcp_sim_test --seed N` replays one simulation, `--runs N` plays N of them from seed 1 on;
// WIREBIRD_SIM_SEED and WIREBIRD_SIM_RUNS do the same.

namespace wirebird::tcp {
namespace {

struct choice {
  std::uint64_t seed = 1;
  std::uint64_t runs = 110;
};

choice& chosen() {
  static choice what;
  return what;
}

TEST(simulation, streams_arrive_whole_whatever_the_wire_does) {
  simulation_totals totals;
  for (std::uint64_t i = 0; i < chosen().runs; ++i) {
    const std::uint64_t seed = chosen().seed + i;
    const std::string wrong = simulate(seed, sabotage::none, totals);
    ASSERT_EQ(wrong, "") << "replay with --seed " << seed << " or WIREBIRD_SIM_SEED=" << seed;
  }
  std::cout << totals.simulated_seconds << " s simulated, " << totals.segments << " segments, "
            << totals.forged << " forged, " << totals.too_big << " too big, " << totals.restarts
            << " restarts, " << totals.timeouts << " timeouts, " << totals.fast_retransmits
            << " fast retransmits, " << totals.challenges << " challenge ACKs, " << totals.paws
            << " dropped by PAWS, " << totals.cookies << " cookies, " << totals.path_mtu_lowered
            << " path MTUs lowered, " << totals.time_wait_reused << " out of TIME_WAIT\n";
  if (chosen().runs < 100) return;
  // A simulation in which nothing goes wrong shows nothing.
  EXPECT_GT(totals.forged, 100U);
  EXPECT_GT(totals.too_big, 100U);
  EXPECT_GT(totals.restarts, 5U);
  EXPECT_GT(totals.timeouts, 100U);
  EXPECT_GT(totals.fast_retransmits, 20U);
  EXPECT_GT(totals.challenges, 100U);
  EXPECT_GT(totals.cookies, 10U);
  EXPECT_GT(totals.path_mtu_lowered, 10U);
  EXPECT_GT(totals.time_wait_reused, 0U);
}

/// returns: in how many of a dozen simulations the sabotage was found; `finding`: as what.
unsigned found(sabotage how, std::string& finding) {
  unsigned count = 0;
  simulation_totals totals;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::string wrong = simulate(seed, how, totals);
    if (wrong.empty()) continue;
    ++count;
    finding += wrong + "; ";
  }
  return count;
}

TEST(simulation, finds_what_is_broken_on_purpose) {
  const struct {
    sabotage how;
    const char* sign;
  } cases[] = {
      {sabotage::wrong_byte, "wrong byte at"},
      {sabotage::shrunk_window, "right edge moves back"},
      {sabotage::ack_too_far, "an ACK of what was never sent"},
      {sabotage::kept_frame, "1 frames left"},
      {sabotage::endless_loss, "ended: "},
      {sabotage::exact_resets, "ended: peer reset"},
  };
  for (const auto& each : cases) {
    std::string finding;
    EXPECT_GE(found(each.how, finding), 3U) << each.sign;
    EXPECT_NE(finding.find(each.sign), std::string::npos) << each.sign << " in " << finding;
  }
}

}  // namespace
}  // namespace wirebird::tcp

int main(int count, char** arguments) {
  ::testing::InitGoogleTest(&count, arguments);
  auto& what = wirebird::tcp::chosen();
  const auto number = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  if (const char* seed = std::getenv("WIREBIRD_SIM_SEED")) what = {number(seed), 1};
  if (const char* runs = std::getenv("WIREBIRD_SIM_RUNS")) what.runs = number(runs);
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--seed") what = {number(arguments[i + 1]), 1};
    if (name == "--runs") what.runs = number(arguments[i + 1]);
  }
  std::cout << "seeds " << what.seed << " to " << what.seed + what.runs - 1 << '\n';
  return RUN_ALL_TESTS();
}
