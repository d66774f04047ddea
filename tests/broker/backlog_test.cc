// All output together has a limit: who is closed when it is reached, and who is not.
#include "tests/broker/world.hh"

#include <string>
#include <vector>

namespace wirebird::broker {
namespace {

constexpr std::size_t mib = 1024 * 1024;

/// Shares of 8 MiB: output 4 MiB, half messages 3 MiB, half lines 512 KiB.
world_options small_arena() {
  world_options given;
  given.arena_bytes = 8 * mib;
  given.rules.limits.max_payload = 512 * 1024;
  return given;
}

class backlog : public testing::Test {
 protected:
  client subscriber(const std::string& subject) {
    client made = around.connect_quiet();
    made.send("SUB " + subject + " 1\r\n");
    return made;
  }
  void publish(const std::string& subject, int count, std::size_t size = 1000) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text +=
          "PUB " + subject + " " + std::to_string(size) + "\r\n" + std::string(size, 'x') + "\r\n";
    writer.send(text);
  }
  world around{small_arena()};
  client writer = around.connect_quiet();
};

TEST_F(backlog, an_army_that_stops_reading_never_passes_the_limit_and_costs_others_nothing) {
  std::vector<client> army;
  for (int i = 0; i < 50; ++i) {
    army.push_back(subscriber("a"));
    army.back().on_wire().stalled = true;
  }
  client good = subscriber("a");
  std::size_t got = 0;
  for (int i = 0; i < 400; ++i) {
    publish("a", 1);
    around.advance(10ms);
    ASSERT_LE(around.memory.used_bytes(), 4 * mib);
    const std::string text = good.take();
    for (std::size_t at = text.find("MSG "); at != std::string::npos;
         at = text.find("MSG ", at + 1))
      ++got;
  }
  EXPECT_EQ(got, 400U) << "every message";
  EXPECT_TRUE(good.is_open());
  EXPECT_GT(around.counts().slow_evicted.value(), 0U);
  EXPECT_EQ(around.counts().deliveries_no_memory.value(), 0U);
  EXPECT_EQ(around.events.last_reason, "Slow Consumer (Pending Bytes)");
}

TEST_F(backlog, who_is_stuck_with_most_goes_first) {
  client small = subscriber("small");
  client large = subscriber("large");
  small.on_wire().stalled = large.on_wire().stalled = true;
  publish("small", 500);
  publish("large", 2500);
  around.advance(200ms);
  client fresh = subscriber("fresh");
  fresh.on_wire().stalled = true;
  for (int i = 0; i < 2500 && large.is_open(); ++i) publish("fresh", 1);
  EXPECT_FALSE(large.is_open());
  EXPECT_TRUE(small.is_open()) << "less than half of the worst";
  EXPECT_TRUE(fresh.is_open()) << "not stuck yet";
  EXPECT_EQ(around.counts().slow_evicted.value(), 1U);
}

TEST_F(backlog, half_messages_and_lines_have_limits_of_their_own) {
  std::vector<client> half;
  for (int i = 0; i < 8; ++i) {
    half.push_back(around.connect_quiet());
    half.back().on_wire().send("PUB a 400000\r\n" + std::string(399'000, 'x'));
  }
  around.settle();
  const std::size_t messages = around.memory.used_bytes();
  EXPECT_LE(messages, 3 * mib);
  EXPECT_GT(messages, 2 * mib);
  const std::uint64_t waits = around.counts().memory_waits.value();
  EXPECT_GT(waits, 0U);
  for (int i = 0; i < 300; ++i) {
    half.push_back(around.connect_quiet());
    half.back().on_wire().send("SUB somewh");
  }
  around.settle();
  EXPECT_EQ(around.memory.used_bytes() - messages, mib / 2);
  EXPECT_EQ(around.counts().memory_waits.value() - waits, 300 - 128U);

  client good = subscriber("b");
  for (int i = 0; i < 10; ++i) publish("b", 10);
  EXPECT_EQ(good.take().size(), 100 * 1016U) << "output has its share";
}

TEST_F(backlog, half_a_line_that_others_need_the_memory_of_is_closed_after_a_while) {
  std::vector<client> drip;
  for (int i = 0; i < 128; ++i) {
    drip.push_back(around.connect_quiet());
    drip.back().on_wire().send("SUB somewh");
  }
  around.advance(20s);
  EXPECT_TRUE(drip.front().is_open()) << "nobody needs it";
  client good = around.connect_quiet();
  good.on_wire().send("SUB b");
  around.settle();
  good.on_wire().send(" 1\r\nPING\r\n");
  around.advance(100ms);
  EXPECT_GT(around.counts().unfinished_in_shortage.value(), 0U);
  EXPECT_NE(good.take().find("PONG\r\n"), std::string::npos);
  EXPECT_TRUE(good.is_open());
}

TEST_F(backlog, a_gathered_payload_counts_as_output_once_it_goes_out) {
  client slow = subscriber("a");
  client second = subscriber("a");
  slow.on_wire().stalled = second.on_wire().stalled = true;
  writer.on_wire().send("PUB a 300000\r\n" + std::string(100'000, 'x'));
  around.settle();
  writer.on_wire().send(std::string(200'000, 'x') + "\r\n");
  around.settle();
  EXPECT_GE(around.memory.used_bytes(), 300'000U);
  // All of the share for half messages is there again: another five are gathered at once.
  std::vector<client> others;
  for (int i = 0; i < 5; ++i) {
    others.push_back(around.connect_quiet());
    others.back().on_wire().send("PUB b 400000\r\n" + std::string(399'000, 'x'));
  }
  around.settle();
  EXPECT_EQ(around.counts().memory_waits.value(), 0U);
}

}  // namespace
}  // namespace wirebird::broker
