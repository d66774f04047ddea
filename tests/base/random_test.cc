#include "dataplane/base/random.hh"

#include <array>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

// The published first values of splitmix64 from seed 1234567.
TEST(random, reference_sequence) {
  random draw(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U,
        16408922859458223821U})
    EXPECT_EQ(draw.next(), expected);
}

TEST(random, below_stays_below_and_reaches_every_value) {
  random draw(42);
  for (const std::uint64_t bound : {1U, 2U, 3U, 7U, 10U}) {
    std::array<int, 10> seen{};
    for (int i = 0; i < 10000; ++i) {
      const std::uint64_t value = draw.below(bound);
      ASSERT_LT(value, bound);
      ++seen[value];
    }
    for (std::uint64_t value = 0; value < bound; ++value)
      EXPECT_NEAR(seen[value], 10000.0 / static_cast<double>(bound), 250) << bound;
  }
}

TEST(random, below_a_bound_beyond_32_bits) {
  random draw(43);
  const std::uint64_t bound = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t highest = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = draw.below(bound);
    ASSERT_LT(value, bound);
    highest = std::max(highest, value);
  }
  EXPECT_GT(highest, bound / 8 * 7);
}

TEST(random, chance_is_never_always_and_in_between) {
  random draw(44);
  int hits = 0;
  for (int i = 0; i < 10000; ++i) {
    ASSERT_FALSE(draw.chance(0, 5));
    ASSERT_TRUE(draw.chance(5, 5));
    hits += draw.chance(1, 4) ? 1 : 0;
  }
  EXPECT_NEAR(hits, 2500, 200);
}

TEST(random, same_seed_same_sequence) {
  random one(9);
  random other(9);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), other.next());
}

}  // namespace
}  // namespace wirebird
