#include "dataplane/broker/reply_permits.hh"

#include "tests/broker/world.hh"

#include <map>
#include <random>
#include <string>

namespace wirebird::broker {
namespace {

constexpr siphash_key secret{1, 2};

TEST(reply_permits, hold_as_often_and_as_long_as_the_rules_say) {
  reply_permits table({.max = 2, .expires = 10s}, secret);
  const instant now = instant{} + 1h;
  EXPECT_FALSE(table.use("a", now));
  EXPECT_TRUE(table.grant("a", now));
  EXPECT_TRUE(table.use("a", now));
  EXPECT_FALSE(table.use("b", now));
  EXPECT_TRUE(table.use("a", now + 9s));
  EXPECT_FALSE(table.use("a", now + 9s));
  EXPECT_TRUE(table.grant("a", now));
  EXPECT_FALSE(table.use("a", now + 10s));
}

TEST(reply_permits, negative_is_no_limit) {
  reply_permits table({.max = -1, .expires = duration(-1)}, secret);
  EXPECT_TRUE(table.grant("a", instant{}));
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(table.use("a", instant{} + 1000h * i));
}

TEST(reply_permits, random_use_agrees_with_a_map) {
  struct promise {
    instant until;
    int left;
  };
  reply_permits table({.max = 3, .expires = 1s}, secret);
  std::map<std::string, promise> model;
  std::mt19937 random(1);
  instant now = instant{} + 1h;
  for (int i = 0; i < 100'000; ++i) {
    const std::string reply = "inbox." + std::to_string(random() % 2000);
    if (random() % 2 == 0) {
      EXPECT_TRUE(table.grant(reply, now));
      model[reply] = {now + 1s, 3};
    } else {
      const auto known = model.find(reply);
      const bool may = known != model.end() && known->second.until > now && known->second.left > 0;
      if (may) --known->second.left;
      EXPECT_EQ(table.use(reply, now), may) << reply;
    }
    now += std::chrono::microseconds(random() % 1000);
  }
}

TEST(reply_permits, beyond_the_limit_the_oldest_go_first) {
  reply_permits table({.max = 1, .expires = 1h}, secret);
  instant now = instant{} + 1h;
  constexpr std::size_t count = 4 * reply_permits::entries_max;
  std::size_t forgotten = 0;
  for (std::size_t i = 0; i < count; ++i, now += 1ms)
    forgotten += table.grant(std::to_string(i), now) ? 0U : 1U;
  std::size_t kept = 0;
  std::size_t kept_of_the_last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool known = table.use(std::to_string(i), now);
    kept += known ? 1U : 0U;
    kept_of_the_last += known && i >= count - 4096 ? 1U : 0U;
  }
  EXPECT_EQ(kept + forgotten, count);
  EXPECT_EQ(kept, reply_permits::entries_max);
  EXPECT_GT(kept_of_the_last, 4096U * 99 / 100);
}

}  // namespace
}  // namespace wirebird::broker
