#include "dataplane/net/rate_limit.hh"

#include <gtest/gtest.h>

namespace wirebird::net {
namespace {

using namespace std::chrono_literals;

int allowed(rate_limit& limit, instant at, int attempts) {
  int count = 0;
  for (int i = 0; i < attempts; ++i) count += limit.allow(at) ? 1 : 0;
  return count;
}

TEST(rate_limit, starts_with_a_whole_burst) {
  rate_limit limit({100, 20});
  EXPECT_EQ(allowed(limit, instant(), 1000), 20);
}

TEST(rate_limit, refills_at_its_rate) {
  rate_limit limit({100, 20});
  const instant start(3h);
  EXPECT_EQ(allowed(limit, start, 1000), 20);
  EXPECT_EQ(allowed(limit, start + 9ms, 10), 0);
  EXPECT_EQ(allowed(limit, start + 10ms, 10), 1);
  EXPECT_EQ(allowed(limit, start + 60ms, 10), 5);
}

TEST(rate_limit, long_pause_earns_one_burst_and_no_more) {
  rate_limit limit({100, 20});
  EXPECT_EQ(allowed(limit, instant(), 1000), 20);
  EXPECT_EQ(allowed(limit, instant(100000h), 1000), 20);
}

TEST(rate_limit, many_small_steps_are_not_rounded_away) {
  rate_limit limit({100, 1});
  instant now(1h);
  int count = 0;
  for (int i = 0; i < 1'000'000; ++i, now += 1us) count += limit.allow(now) ? 1 : 0;
  EXPECT_NEAR(count, 100, 1);
}

}  // namespace
}  // namespace wirebird::net
