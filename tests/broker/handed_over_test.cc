// How old messages are when their transport gets them.
#include "tests/broker/world.hh"

#include <map>
#include <string>
#include <vector>

namespace wirebird::broker {
namespace {

std::map<duration, std::uint64_t> ages(handed_over& given, instant now) {
  std::map<duration, std::uint64_t> found;
  given.take([&](instant received, std::uint64_t count) { found[now - received] += count; });
  return found;
}

TEST(handed_over, messages_of_one_time_are_counted_together_and_forgotten_when_taken) {
  handed_over given;
  given.add(instant(5ns), 2);
  given.add(instant(7ns), 1);
  given.add(instant(5ns), 1);
  EXPECT_EQ(ages(given, instant(10ns)), (std::map<duration, std::uint64_t>{{5ns, 3}, {3ns, 1}}));
  EXPECT_TRUE(given.empty());
}

TEST(handed_over, more_times_than_it_keeps_join_the_oldest) {
  handed_over given;
  for (int i = 0; i < 100; ++i) given.add(instant(duration(1000 - i)), 1);
  std::uint64_t all = 0;
  for (const auto& [age, count] : ages(given, instant(1000ns))) all += count;
  EXPECT_EQ(all, 100U) << "none is lost";
  for (int i = 0; i < 100; ++i) given.add(instant(duration(i)), 1);
  EXPECT_EQ(ages(given, instant(0ns)).at(0ns), 85U) << "none is made younger";
}

TEST(handed_over, a_message_counts_once_per_subscriber_and_replies_do_not) {
  world around;
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\nSUB a 2\r\nPING\r\n");
  EXPECT_TRUE(around.broker_->given().empty());
  client writer = around.connect_quiet();
  writer.send("PUB a 1\r\nx\r\nPUB nobody 1\r\nx\r\nPUB a 1\r\ny\r\n");
  EXPECT_EQ(ages(around.broker_->given(), around.now),
            (std::map<duration, std::uint64_t>{{0ns, 4}}));
}

TEST(handed_over, a_fan_out_that_goes_on_ages_from_when_its_message_came) {
  world_options wanted;
  wanted.rules.fanout_budget = 10;
  world around(wanted);
  std::vector<client> readers;
  for (int i = 0; i < 100; ++i) {
    readers.push_back(around.connect_quiet());
    readers.back().send("SUB wide 1\r\n");
  }
  client writer = around.connect_quiet();
  writer.on_wire().send("PUB wide 1\r\nx\r\n");
  std::uint64_t all = 0;
  duration oldest{};
  for (int i = 0; i < 1000 && all < 100; ++i) {
    around.step();
    for (const auto& [age, count] : ages(around.broker_->given(), around.now)) {
      all += count;
      oldest = std::max(oldest, age);
    }
    around.advance(1us);
  }
  EXPECT_EQ(all, 100U);
  EXPECT_GE(oldest, 1us);
}

}  // namespace
}  // namespace wirebird::broker
