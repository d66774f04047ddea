// What an operator changes while clients are there: another snapshot, and lame duck.
#include "tests/broker/world.hh"

#include <gmock/gmock.h>

namespace wirebird::broker {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A client of protocol 1 that has had its first PONG.
client settled(world& around) {
  client made = around.connect_quiet();
  EXPECT_EQ(made.ask("PING\r\n"), "PONG\r\n");
  return made;
}

TEST(snapshot, tells_new_info_to_whom_it_concerns_and_once) {
  world around;
  client told = settled(around);
  client without_protocol = around.connect(R"({"verbose":false})");
  client early = around.connect_quiet();
  static_cast<void>(without_protocol.ask("PING\r\n"));
  protocol::server_info next = around.identity;
  next.host = "elsewhere";
  around.broker_->apply(around.options_.rules, next, true, around.now);
  around.settle();
  EXPECT_THAT(told.take(), StartsWith("INFO {"));
  EXPECT_EQ(without_protocol.take(), "");
  EXPECT_EQ(early.take(), "") << "nothing may come before the first PONG";
  EXPECT_THAT(early.ask("PING\r\n"), StartsWith("PONG\r\nINFO {"));
  EXPECT_EQ(early.ask("PING\r\n"), "PONG\r\n");
  EXPECT_THAT(around.connect().take(), HasSubstr("\"host\":\"elsewhere\""));
  EXPECT_EQ(around.counts().infos_sent.value(), 2U);
}

TEST(snapshot, tells_a_crowd_over_several_iterations) {
  world around;
  std::vector<client> crowd;
  for (int i = 0; i < 300; ++i) crowd.push_back(settled(around));
  around.broker_->apply(around.options_.rules, around.identity, true, around.now);
  around.step();
  EXPECT_TRUE(around.broker_->has_work());
  EXPECT_LT(around.counts().infos_sent.value(), crowd.size());
  around.settle();
  EXPECT_EQ(around.counts().infos_sent.value(), crowd.size());
}

TEST(snapshot, limits_count_for_whoever_is_in_the_middle_of_a_line) {
  world around;
  client sender = settled(around);
  options next = around.options_.rules;
  next.limits.max_control_line = 8192;
  sender.send("SUB " + std::string(2000, 'a'));
  around.broker_->apply(next, around.identity, false, around.now);
  sender.send(std::string(1000, 'a') + " 1\r\nPING\r\n");
  EXPECT_EQ(sender.take(), "PONG\r\n");
  next.limits.max_control_line = 1024;
  sender.send("SUB " + std::string(2000, 'b'));
  around.broker_->apply(next, around.identity, false, around.now);
  sender.send("b 2\r\nPING\r\n");
  EXPECT_EQ(sender.take(), "-ERR 'maximum control line exceeded'\r\n");
}

TEST(snapshot, a_lower_limit_of_connections_ends_those_that_came_last) {
  world around;
  client first = settled(around);
  client second = settled(around);
  options next = around.options_.rules;
  next.max_connections = 1;
  around.broker_->apply(next, around.identity, false, around.now);
  around.settle();
  EXPECT_TRUE(first.is_open());
  EXPECT_EQ(second.take(), "-ERR 'maximum connections exceeded'\r\n");
  EXPECT_FALSE(second.is_open());
}

TEST(lame_duck, ends_one_client_after_another_after_the_grace_period) {
  world around;
  for (int i = 0; i < 4; ++i) settled(around);
  around.broker_->leave(10s, 20s, around.now);
  around.advance(9900ms);
  EXPECT_EQ(around.broker_->open_sessions(), 4U);
  around.advance(200ms);
  EXPECT_EQ(around.broker_->open_sessions(), 3U);
  around.advance(1100ms);
  EXPECT_LT(around.broker_->open_sessions(), 3U);
  EXPECT_GT(around.broker_->open_sessions(), 0U);
  around.advance(2s);
  EXPECT_EQ(around.broker_->open_sessions(), 0U);
  EXPECT_EQ(around.events.last_reason, "Server Shutdown");
}

TEST(lame_duck, gets_through_a_crowd_in_time) {
  world around;
  for (int i = 0; i < 500; ++i) settled(around);
  around.broker_->leave(1s, 2s, around.now);
  around.advance(2s);
  EXPECT_GT(around.broker_->open_sessions(), 50U);
  around.advance(1100ms);
  EXPECT_EQ(around.broker_->open_sessions(), 0U);
}

}  // namespace
}  // namespace wirebird::broker
