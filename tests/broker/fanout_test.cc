// From one publisher to many: order, budget, groups, and people who leave in the middle.
#include "tests/broker/world.hh"

#include <map>
#include <string>

namespace wirebird::broker {
namespace {

world_options small_budget() {
  world_options given;
  given.rules.fanout_budget = 10;
  return given;
}

class wide : public testing::Test {
 protected:
  void subscribe(int count, const std::string& connect = std::string(quiet_json)) {
    for (int i = 0; i < count; ++i) {
      readers.push_back(around.connect(connect));
      readers.back().send("SUB wide 1\r\n");
    }
  }
  world around{small_budget()};
  std::vector<client> readers;
};

TEST_F(wide, unfinished_fanout_pauses_its_publisher_and_goes_on) {
  subscribe(35);
  client writer = around.connect_quiet();
  writer.on_wire().send("PUB wide 1\r\n1\r\nPUB wide 1\r\n2\r\nPING\r\n");
  writer.on_wire().poll(around.now);
  EXPECT_TRUE(writer.on_wire().paused);
  EXPECT_EQ(around.counts().out_msgs.value(), 10U) << "the budget";
  EXPECT_TRUE(around.broker_->has_work());
  around.broker_->flush(around.now);
  EXPECT_EQ(around.counts().out_msgs.value(), 20U);
  around.settle();
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_EQ(writer.take(), "PONG\r\n") << "answered after what came before it";
  for (client& each : readers) EXPECT_EQ(each.take(), "MSG wide 1 1\r\n1\r\nMSG wide 1 1\r\n2\r\n");
  EXPECT_EQ(around.counts().fanouts_split.value(), 2U);
}

TEST_F(wide, other_publishers_are_not_held_up) {
  subscribe(35);
  client writer = around.connect_quiet();
  client other = around.connect_quiet();
  writer.on_wire().send("PUB wide 1\r\n1\r\n");
  writer.on_wire().poll(around.now);
  other.on_wire().send("SUB narrow 1\r\nPUB narrow 1\r\nx\r\n");
  other.on_wire().poll(around.now);
  around.broker_->flush(around.now);
  EXPECT_EQ(other.take(), "MSG narrow 1 1\r\nx\r\n");
  EXPECT_TRUE(around.broker_->has_work());
}

TEST_F(wide, who_leaves_in_the_middle_is_skipped_and_the_rest_is_served) {
  subscribe(40);
  client writer = around.connect_quiet();
  writer.on_wire().send("PUB wide 1\r\n1\r\n");
  writer.on_wire().poll(around.now);
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    wire& at = readers[i].on_wire();
    const bool was_served = !at.output().empty();
    if (i % 4 == 0) at.reset();
    if (i % 4 == 1) at.send("UNSUB 1\r\nSUB wide 2\r\n");
    const bool gets_it = i % 4 >= 2 || (i % 4 == 1 && was_served);
    wanted.push_back(gets_it ? "MSG wide 1 1\r\n1\r\n" : "");
    at.poll(around.now);
  }
  around.settle();
  for (std::size_t i = 0; i < readers.size(); ++i) EXPECT_EQ(readers[i].take(), wanted[i]) << i;
}

TEST_F(wide, publisher_that_leaves_in_the_middle_has_published) {
  subscribe(40);
  for (const bool resets : {true, false}) {
    client writer = around.connect_quiet();
    writer.on_wire().send("PUB wide 1\r\n1\r\n");
    writer.on_wire().poll(around.now);
    if (resets)
      writer.on_wire().reset();
    else
      writer.on_wire().send_end();
    around.settle();
    EXPECT_TRUE(writer.on_wire().ended);
    for (client& each : readers) EXPECT_EQ(each.take(), "MSG wide 1 1\r\n1\r\n");
  }
}

TEST_F(wide, end_of_stream_behind_unread_messages_loses_none) {
  subscribe(40);
  for (const std::string last : {"", "PUB wide 1\r\n2\r\n", "PING\r\n"})
    for (const bool early : {false, true}) {
      client writer = around.connect_quiet();
      writer.on_wire().tells_end_early = early;
      writer.on_wire().send("PUB wide 1\r\n1\r\n" + last);
      writer.on_wire().send_end();
      around.settle();
      EXPECT_TRUE(writer.on_wire().ended);
      for (client& each : readers) EXPECT_EQ(each.take().size(), last.size() > 6 ? 2 * 17U : 17U);
    }
}

TEST_F(wide, received_bytes_are_not_held_while_it_goes_on) {
  subscribe(40);
  client writer = around.connect_quiet();
  writer.on_wire().send("PUB wide 5000\r\n" + std::string(5000, 'x') + "\r\n");
  writer.on_wire().poll(around.now);
  EXPECT_TRUE(around.broker_->has_work());
  EXPECT_EQ(around.input_memory.blocks_in_use(), 0U);
  around.settle();
  EXPECT_EQ(readers.back().take(), "MSG wide 1 5000\r\n" + std::string(5000, 'x') + "\r\n");
}

TEST_F(wide, own_maximum_and_503_hold_across_iterations) {
  subscribe(30, R"({"verbose":false})");
  for (client& each : readers) each.send("UNSUB 1 1\r\n");
  client writer = around.connect_quiet();
  writer.send("SUB in 9\r\nPUB wide in 1\r\n1\r\nPUB wide in 1\r\n2\r\n");
  EXPECT_EQ(writer.take(), "HMSG in 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n") << "for the second";
  for (client& each : readers) EXPECT_EQ(each.take(), "MSG wide 1 in 1\r\n1\r\n");
}

TEST_F(wide, without_memory_to_keep_the_message_it_is_finished_at_once) {
  subscribe(30);
  for (client& each : readers) each.on_wire().stalled = true;
  client writer = around.connect_quiet();
  writer.send("PUB wide 0\r\n\r\n");  // everybody has an open block with room
  std::vector<buffer*> taken;
  while (buffer* const block = around.memory.take(arena::block_bytes_min)) taken.push_back(block);
  const std::uint64_t split = around.counts().fanouts_split.value();
  writer.on_wire().send("PUB wide 1\r\nx\r\n");
  writer.on_wire().poll(around.now);
  EXPECT_EQ(around.counts().fanouts_split.value(), split);
  for (client& each : readers) {
    each.on_wire().drain();
    EXPECT_EQ(each.take(), "MSG wide 1 0\r\n\r\nMSG wide 1 1\r\nx\r\n");
  }
  for (buffer* const block : taken) around.memory.recycle(*block);
}

TEST_F(wide, verbose_publisher_gets_ok_before_its_own_copy) {
  subscribe(30);
  client writer = around.connect(R"({"pedantic":false})");
  EXPECT_EQ(writer.ask("SUB wide 7\r\n"), "+OK\r\n");
  const std::string got = writer.ask("PUB wide 1\r\nx\r\n");
  EXPECT_EQ(got, "+OK\r\nMSG wide 7 1\r\nx\r\n");
}

TEST(fanouts, one_iteration_shares_one_budget_and_narrow_ones_are_never_cut) {
  world_options given;
  given.rules.fanout_budget = 100;
  world around(given);
  for (int i = 0; i < 70; ++i) around.connect_quiet().send("SUB wide 1\r\n");
  client one = around.connect_quiet();
  one.on_wire().send("PUB wide 0\r\n\r\nPUB wide 0\r\n\r\nPUB wide 0\r\n\r\n");
  one.on_wire().poll(around.now);
  EXPECT_EQ(around.counts().out_msgs.value(), 100U);
  client two = around.connect_quiet();
  EXPECT_FALSE(around.broker_->has_work()) << "connecting took an iteration";
  one.on_wire().poll(around.now);
  one.on_wire().poll(around.now);

  std::string narrow;
  for (int i = 0; i < 64; ++i) narrow += "SUB narrow " + std::to_string(i) + "\r\n";
  two.on_wire().send(narrow + "PUB narrow 0\r\n\r\nPUB narrow 0\r\n\r\n");
  const std::uint64_t before = around.counts().out_msgs.value();
  two.on_wire().poll(around.now);
  EXPECT_EQ(around.counts().out_msgs.value(), before + 2 * 64U) << "more than the budget";
}

TEST(fanouts, unfinished_ones_advance_side_by_side) {
  world_options given;
  given.rules.fanout_budget = 100;
  world around(given);
  for (int i = 0; i < 300; ++i) around.connect_quiet().send("SUB wide 1\r\n");
  client one = around.connect_quiet();
  client two = around.connect_quiet();
  for (client* each : {&one, &two}) {
    each->on_wire().send("PUB wide 0\r\n\r\n");
    each->on_wire().poll(around.now);
  }
  EXPECT_EQ(around.counts().out_msgs.value(), 100U) << "the second has to wait";
  around.broker_->flush(around.now);
  EXPECT_EQ(around.counts().out_msgs.value(), 100U + 100 + 64);
}

TEST(fanouts, every_matching_subscription_of_a_client_gets_a_copy_in_publish_order) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB a.b 1\r\nSUB a.* 2\r\nSUB a.> 3\r\nSUB > 4\r\n");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "PUB a.b 2\r\n" + std::to_string(10 + i % 90) + "\r\n";
  const std::string got = one.ask(text);
  std::map<std::string, std::string> by_sid;
  for (std::size_t at = 0; at + 17 <= got.size(); at += 17)
    by_sid[got.substr(at + 8, 1)] += got.substr(at + 13, 2);
  ASSERT_EQ(by_sid.size(), 4U);
  std::string wanted;
  for (int i = 0; i < 100; ++i) wanted += std::to_string(10 + i % 90);
  for (const auto& [sid, numbers] : by_sid) EXPECT_EQ(numbers, wanted) << sid;
}

TEST(fanouts, one_flush_per_touched_connection_and_iteration) {
  world around;
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\n");
  client writer = around.connect_quiet();
  const std::size_t before = reader.on_wire().flushes;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "PUB a 0\r\n\r\n";
  writer.send(text);
  EXPECT_EQ(reader.on_wire().flushes, before + 1);
  EXPECT_EQ(reader.take().size(), 100 * 13U);
}

TEST(fanouts, messages_and_bytes_are_counted) {
  world around;
  client plain = around.connect(R"({"verbose":false})");
  plain.send("SUB a 1\r\n");
  client one = around.connect_quiet();
  one.send("SUB a 1\r\nHPUB a 22 24\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhi\r\nPUB nobody 3\r\nabc\r\n");
  EXPECT_EQ(around.counts().in_msgs.value(), 2U);
  EXPECT_EQ(around.counts().in_bytes.value(), 27U);
  EXPECT_EQ(around.counts().out_msgs.value(), 2U);
  EXPECT_EQ(around.counts().out_bytes.value(), 26U) << "stripped headers are not counted";
}

TEST(queue_groups, members_are_chosen_evenly) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB m q 1\r\nSUB m q 2\r\nSUB > q 3\r\nSUB m other 4\r\n");
  std::map<char, int> served;
  constexpr int messages = 3000;
  for (int i = 0; i < messages / 100; ++i) {
    std::string text;
    for (int j = 0; j < 100; ++j) text += "PUB m 0\r\n\r\n";
    const std::string got = one.ask(text);
    for (std::size_t at = 0; at + 11 <= got.size(); at += 13) ++served[got[at + 6]];
  }
  EXPECT_EQ(served['4'], messages);
  EXPECT_EQ(served['1'] + served['2'] + served['3'], messages);
  for (const char sid : {'1', '2', '3'}) {  // 1000 expected, deviation 26
    EXPECT_GT(served[sid], 870) << sid;
    EXPECT_LT(served[sid], 1130) << sid;
  }
}

TEST(queue_groups, member_that_cannot_take_it_is_passed_over) {
  for (const bool other_first : {true, false}) {
    world around;
    client silent = around.connect(R"({"verbose":false,"echo":false,"headers":true})");
    client other = around.connect_quiet();
    if (other_first) other.send("SUB m q 1\r\n");
    silent.send("SUB m q 1\r\nSUB m q 2\r\n");
    if (!other_first) other.send("SUB m q 1\r\n");
    for (int i = 0; i < 20; ++i) silent.send("PUB m 0\r\n\r\n");
    EXPECT_EQ(silent.take(), "");
    EXPECT_EQ(other.take().size(), 20 * 13U) << other_first;
  }
}

TEST(queue_groups, members_maximum_ends_only_that_member) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB m q 1\r\nUNSUB 1 1\r\nSUB m q 2\r\n");
  std::string text;
  for (int i = 0; i < 50; ++i) text += "PUB m 0\r\n\r\n";
  const std::string got = one.ask(text);
  EXPECT_EQ(got.size(), 50 * 13U);
  EXPECT_EQ(got.find("MSG m 1 0"), got.rfind("MSG m 1 0"));
  EXPECT_NE(got.find("MSG m 1 0"), std::string::npos);
}

}  // namespace
}  // namespace wirebird::broker
