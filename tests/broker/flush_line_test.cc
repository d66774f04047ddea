// When output is handed to the transport: at once, in budgeted turns, or gathered while more comes.
#include "dataplane/broker/limits.hh"
#include "tests/broker/world.hh"

#include <algorithm>
#include <string>
#include <vector>

namespace wirebird::broker {
namespace {

class flushes : public testing::Test {
 protected:
  static world_options options_for(std::size_t flush_budget_bytes, std::uint32_t fanout_budget) {
    world_options given;
    given.rules.flush_budget_bytes = flush_budget_bytes;
    given.rules.fanout_budget = fanout_budget;
    return given;
  }
  void subscribe(world& around, int count) {
    for (int i = 0; i < count; ++i) {
      readers.push_back(around.connect_quiet());
      readers.back().send("SUB wide 1\r\n");
    }
    before = total();
  }
  std::size_t total() {
    std::size_t sum = 0;
    for (client& each : readers) sum += each.on_wire().flushes;
    return sum;
  }
  static std::string messages(int count, std::size_t size) {
    std::string text;
    const std::string body(size, 'x');
    for (int i = 0; i < count; ++i)
      text += "PUB wide " + std::to_string(size) + "\r\n" + body + "\r\n";
    return text;
  }
  std::vector<client> readers;
  std::size_t before = 0;
};

TEST_F(flushes, an_iteration_flushes_as_much_as_its_budget_and_goes_on_in_the_next) {
  world around(options_for(10 * flush_cost_bytes, 8192));
  subscribe(around, 40);
  client writer = around.connect_quiet();
  writer.on_wire().send("PUB wide 1\r\nx\r\n");
  around.step();
  EXPECT_EQ(total() - before, 10U);
  EXPECT_TRUE(around.broker_->has_work());
  around.step();
  EXPECT_EQ(total() - before, 20U);
  around.settle();
  EXPECT_EQ(total() - before, 40U);
  for (client& each : readers) EXPECT_EQ(each.take(), "MSG wide 1 1\r\nx\r\n");
}

TEST_F(flushes, large_outputs_use_the_budget_up_sooner) {
  world around(options_for(10 * flush_cost_bytes, 8192));
  subscribe(around, 10);
  client writer = around.connect_quiet();
  writer.send(messages(1, 3 * flush_cost_bytes));
  writer.on_wire().send(messages(1, 3 * flush_cost_bytes));
  before = total();
  around.step();
  EXPECT_EQ(total() - before, 3U) << "each costs four times what an empty one does";
  around.settle();
}

TEST_F(flushes, output_of_a_wide_fanout_gathers_while_more_is_coming) {
  world around(options_for(1 << 30, 500));
  subscribe(around, 100);
  client writer = around.connect_quiet();
  // 200 messages of 118 bytes are 23,600 for each: less than bulk_bytes_max.
  writer.on_wire().send(messages(200, 100));
  for (int i = 0; i < 30; ++i) around.step();
  EXPECT_EQ(total() - before, 0U);
  EXPECT_GT(around.counts().out_msgs.value(), 100 * 100U);
  around.settle();
  EXPECT_EQ(total() - before, 100U) << "once each, when nothing more came";
  for (client& each : readers) EXPECT_EQ(each.take().size(), 200 * 118U);
}

TEST_F(flushes, gathered_output_leaves_when_it_is_worth_a_system_call) {
  world around(options_for(1 << 30, 500));
  subscribe(around, 100);
  client writer = around.connect_quiet();
  writer.send(messages(1000, 100));
  const std::size_t pieces = (total() - before) / readers.size();
  EXPECT_GE(pieces, 1000 * 118 / bulk_bytes_max);
  EXPECT_LE(pieces, 1000 * 118 / bulk_bytes_max + 1);
}

TEST_F(flushes, gathered_output_leaves_after_a_while) {
  world around(options_for(1 << 30, 500));
  subscribe(around, 100);
  client writer = around.connect_quiet();
  writer.on_wire().send(messages(100, 100));
  around.step();
  around.step();
  EXPECT_EQ(total() - before, 0U);
  around.now += bulk_wait_max;
  around.step();
  EXPECT_GE(total() - before, 99U);
  around.settle();
}

TEST_F(flushes, a_reply_does_not_wait_behind_gathered_output) {
  world around(options_for(1 << 30, 500));
  subscribe(around, 100);
  client writer = around.connect_quiet();
  writer.on_wire().send(messages(100, 100));
  around.step();
  around.step();
  client& one = readers.front();
  one.on_wire().send("PING\r\n");
  around.step();
  EXPECT_EQ(total() - before, 1U);
  const std::string got = one.take();
  EXPECT_NE(got.find("PONG\r\n"), std::string::npos);
  EXPECT_EQ(got.substr(0, 4), "MSG ") << "what was written before it comes before it";
  around.settle();
}

TEST_F(flushes, fanouts_slow_down_while_flushing_is_behind) {
  world around(options_for(1, 400));
  subscribe(around, 100);
  client writer = around.connect_quiet();
  for (client& each : readers) each.on_wire().send("PING\r\n");  // prompt output for all
  around.step();
  around.step();  // the budget of what comes next is decided with the flushing behind
  writer.on_wire().send(messages(10, 0));
  const std::uint64_t sent = around.counts().out_msgs.value();
  around.step();
  around.step();
  const std::uint64_t made = around.counts().out_msgs.value() - sent;
  EXPECT_GE(made, 100U);
  EXPECT_LE(made, 400U) << "a quarter of the budget in each step, once for new and once for old";
  around.settle();
}

}  // namespace
}  // namespace wirebird::broker
