#include "tests/tcp/simulation.hh"

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

// `tcp_sim_test --seed N` replays one simulation, `--runs N` plays N of them from seed 1 on.

namespace {

struct choice {
  std::uint64_t seed = 1;
  std::uint64_t runs = 200;
};

choice& chosen() {
  static choice what;
  return what;
}

TEST(simulation, streams_arrive_whole_whatever_the_wire_does) {
  for (std::uint64_t i = 0; i < chosen().runs; ++i) {
    const std::uint64_t seed = chosen().seed + i;
    const std::string wrong = wirebird::tcp::simulate(seed);
    ASSERT_EQ(wrong, "") << "replay with --seed " << seed;
  }
}

}  // namespace

int main(int count, char** arguments) {
  ::testing::InitGoogleTest(&count, arguments);
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 10);
    if (name == "--seed") chosen() = {value, 1};
    if (name == "--runs") chosen().runs = value;
  }
  std::cout << "seeds " << chosen().seed << " to " << chosen().seed + chosen().runs - 1 << '\n';
  return RUN_ALL_TESTS();
}
