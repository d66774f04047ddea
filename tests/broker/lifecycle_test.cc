// How clients come and go: limits, timers, ends.
#include "tests/broker/world.hh"

#include <algorithm>
#include <string>

namespace wirebird::broker {
namespace {

const std::string stale = "-ERR 'Stale Connection'\r\n";

TEST(lifecycle, one_connection_too_many_is_greeted_and_refused) {
  world_options given;
  given.rules.max_connections = 2;
  world around(given);
  client first = around.connect();
  around.connect();
  client third = around.connect();
  const std::string got = third.take();
  EXPECT_TRUE(got.starts_with("INFO {")) << got;
  EXPECT_TRUE(got.ends_with("} \r\n-ERR 'maximum connections exceeded'\r\n")) << got;
  EXPECT_FALSE(third.is_open());
  EXPECT_EQ(around.events.last_reason, "Maximum Connections Exceeded");
  EXPECT_EQ(around.counts().connections_exceeded.value(), 1U);
  first.on_wire().send_end();
  around.settle();
  EXPECT_TRUE(around.connect().is_open()) << "a place is free again";
}

TEST(lifecycle, subscription_limit_refuses_and_stays_open) {
  world_options given;
  given.rules.max_subscriptions = 2;
  world around(given);
  client one = around.connect("{}");
  const std::string exceeded = "-ERR 'maximum subscriptions exceeded'\r\n";
  EXPECT_EQ(one.ask("SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nSUB a 1\r\n"),
            "+OK\r\n+OK\r\n" + exceeded + exceeded)
      << "also for a sid that is known";
  EXPECT_EQ(one.ask("UNSUB 1\r\nSUB c 3\r\n"), "+OK\r\n+OK\r\n");
  EXPECT_TRUE(one.is_open());
}

TEST(lifecycle, subjects_of_many_tokens_are_refused_before_anything_is_counted) {
  world_options given;
  given.rules.max_sub_tokens = 2;
  given.rules.max_subscriptions = 1;
  world around(given);
  client one = around.connect("{}");
  EXPECT_EQ(one.ask("SUB a.b 1\r\nSUB a.b.c 2\r\nSUB a.> 2\r\n"),
            "+OK\r\n"
            "-ERR 'Permissions Violation for Subscription to \"a.b.c\", too many tokens'\r\n"
            "-ERR 'maximum subscriptions exceeded'\r\n");
  EXPECT_TRUE(one.is_open());
}

TEST(lifecycle, who_has_not_said_connect_publishes_4_KiB_at_most) {
  world around;
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\n");
  const std::string whole(4096, 'x');
  client one = around.connect();
  one.send("PUB a 4096\r\n" + whole + "\r\n");
  EXPECT_EQ(reader.take(), "MSG a 1 4096\r\n" + whole + "\r\n");
  one.send("CONNECT {\"verbose\":false}\r\nPUB a 4097\r\n" + whole + "x\r\n");
  EXPECT_EQ(reader.take(), "MSG a 1 4097\r\n" + whole + "x\r\n");
  client other = around.connect();
  other.send("PUB a 4097\r\n");
  EXPECT_FALSE(other.is_open()) << "before a byte of it has come";
  EXPECT_TRUE(std::ranges::any_of(around.events.lines, [](const std::string& line) {
    return line.ends_with("maximum payload exceeded: 4097 vs 4096");
  }));
  EXPECT_EQ(around.counts().payload_too_large.value(), 1U);
}

TEST(lifecycle, end_of_stream_closes_after_what_came_before) {
  world around;
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\n");
  client one = around.connect_quiet();
  one.on_wire().send("PUB a 1\r\nx\r\nPING\r\nPUB a 1\r\n");
  one.on_wire().send_end();
  around.settle();
  EXPECT_EQ(reader.take(), "MSG a 1 1\r\nx\r\n");
  EXPECT_EQ(one.take(), "PONG\r\n");
  EXPECT_TRUE(one.on_wire().ended);
  EXPECT_EQ(around.events.last_reason, "Client Closed");
}

TEST(lifecycle, reset_is_a_read_error) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB a 1\r\n");
  one.on_wire().reset();
  around.settle();
  EXPECT_EQ(around.events.last_reason, "Read Error");
  EXPECT_EQ(around.broker_->sessions(), 0U);
  EXPECT_EQ(around.broker_->subscriptions(), 0U);
}

TEST(lifecycle, pending_output_leaves_before_the_connection_closes) {
  world around;
  client one = around.connect_quiet();
  one.on_wire().stalled = true;
  one.send("SUB a 1\r\nPUB a 1\r\nx\r\nZ");
  EXPECT_TRUE(one.on_wire().closing);
  EXPECT_EQ(around.broker_->sessions(), 1U);
  one.on_wire().drain();
  around.settle();
  EXPECT_EQ(one.take(), "MSG a 1 1\r\nx\r\n-ERR 'Unknown Protocol Operation'\r\n");
  EXPECT_EQ(around.broker_->sessions(), 0U);
}

TEST(lifecycle, shutdown_closes_everybody_without_an_error) {
  world around;
  client one = around.connect_quiet();
  client two = around.connect_quiet();
  around.broker_->shutdown(around.now);
  around.settle();
  EXPECT_EQ(one.take() + two.take(), "");
  EXPECT_FALSE(one.is_open());
  EXPECT_EQ(around.events.last_reason, "Server Shutdown");
  EXPECT_EQ(around.broker_->sessions(), 0U);
}

TEST(lifecycle, first_ping_comes_two_seconds_and_a_bit_after_connect) {
  world around;
  client one = around.connect_quiet();
  for (int i = 0; i < 19; ++i) {
    around.advance(100ms);
    EXPECT_EQ(one.ask("PUB a 0\r\n\r\n"), "") << "activity does not matter, " << i;
  }
  around.advance(99ms);
  EXPECT_EQ(one.take(), "");
  around.advance(402ms);
  EXPECT_EQ(one.take(), "PING\r\n");
}

TEST(lifecycle, first_pings_are_spread) {
  world around;
  std::vector<client> all;
  for (int i = 0; i < 100; ++i) all.push_back(around.connect_quiet());
  around.advance(2200ms);
  int early = 0;
  for (client& each : all) early += each.take().empty() ? 0 : 1;
  EXPECT_GT(early, 25);
  EXPECT_LT(early, 75);
}

TEST(lifecycle, silent_client_is_stale_after_ping_max_pings) {
  world_options given;
  given.rules.ping_interval = 1s;
  world around(given);
  client one = around.connect_quiet();
  around.advance(1250ms);
  EXPECT_EQ(one.take(), "PING\r\n");
  around.advance(1s);
  EXPECT_EQ(one.take(), "PING\r\n");
  around.advance(1s);
  EXPECT_EQ(one.take(), stale);
  EXPECT_FALSE(one.is_open());
  EXPECT_EQ(around.events.last_reason, "Stale Connection");
  EXPECT_EQ(around.counts().stale_connections.value(), 1U);
}

TEST(lifecycle, client_that_never_connects_is_pinged_at_the_plain_interval) {
  world_options given;
  given.rules.ping_interval = 10s;
  world around(given);
  client one = around.connect();
  static_cast<void>(one.take());
  around.advance(9900ms);
  EXPECT_EQ(one.ask("PING\r\n"), "PONG\r\n");
  around.advance(200ms);
  EXPECT_EQ(one.take(), "PING\r\n") << "no round trip was ever measured";
}

TEST(lifecycle, pong_keeps_a_client_alive) {
  world_options given;
  given.rules.ping_interval = 1s;
  world around(given);
  client one = around.connect_quiet();
  for (int i = 0; i < 10; ++i) {
    around.advance(1250ms);
    one.send("PONG\r\n");
  }
  EXPECT_TRUE(one.is_open());
}

TEST(lifecycle, activity_in_either_direction_makes_a_ping_unnecessary) {
  for (const bool publishes : {true, false}) {
    world_options given;
    given.rules.ping_interval = 1s;
    world around(given);
    client reader = around.connect_quiet();
    reader.send("SUB a 1\r\n");
    client writer = around.connect_quiet();
    around.advance(1250ms);
    reader.send("PONG\r\n");
    writer.send("PONG\r\n");
    static_cast<void>(reader.take());
    static_cast<void>(writer.take());
    for (int i = 0; i < 50; ++i) {
      around.advance(100ms);
      writer.send("PUB a 0\r\n\r\n");
    }
    const std::string got = publishes ? writer.take() : reader.take();
    EXPECT_EQ(got.find("PING"), std::string::npos) << publishes;
  }
}

TEST(lifecycle, ping_from_the_client_makes_ours_unnecessary) {
  world_options given;
  given.rules.ping_interval = 1s;
  world around(given);
  client one = around.connect_quiet();
  around.advance(1250ms);
  EXPECT_EQ(one.ask("PONG\r\n"), "PING\r\n");
  for (int i = 0; i < 50; ++i) {
    around.advance(100ms);
    EXPECT_EQ(one.ask("PING\r\n"), "PONG\r\n");
  }
}

TEST(lifecycle, round_trip_is_measured_again_after_an_hour_of_activity) {
  world around;
  client one = around.connect_quiet();
  around.advance(3s);
  EXPECT_EQ(one.ask("PONG\r\n"), "PING\r\n");
  for (int minute = 0; minute < 59; ++minute) {
    one.send("PUB a 0\r\n\r\n");
    around.advance(1min);
  }
  EXPECT_EQ(one.take(), "");
  for (int minute = 0; minute < 5; ++minute) {
    one.send("PUB a 0\r\n\r\n");
    around.advance(1min);
  }
  EXPECT_EQ(one.take(), "PING\r\n");
}

TEST(lifecycle, what_connect_said_names_the_client) {
  world around;
  client one = around.connect(R"({"name":"n","lang":"go","version":"1.2","verbose":false})");
  one.send("Z");
  const auto& lines = around.events.lines;
  EXPECT_EQ(lines.front(), "created 4");
  EXPECT_EQ(lines.back(), "closed 4 Protocol Violation");
  EXPECT_EQ(lines[lines.size() - 2], "error 4 Unknown Protocol Operation");
}

TEST(lifecycle, closed_clients_leave_the_table_step_by_step) {
  world around;
  client one = around.connect_quiet();
  std::string many;
  for (int i = 0; i < 3000; ++i)
    many += "SUB s." + std::to_string(i) + " " + std::to_string(i) + "\r\n";
  one.send(many);
  EXPECT_EQ(around.broker_->subscriptions(), 3000U);
  one.on_wire().send_end();
  around.step();
  around.step();
  const std::size_t left = around.broker_->subscriptions();
  EXPECT_GT(left, 1000U);
  EXPECT_LT(left, 3000U);
  EXPECT_TRUE(around.broker_->has_work());
  client two = around.connect_quiet();
  EXPECT_EQ(two.ask("SUB in 1\r\nPUB s.2999 in 0\r\n\r\n"),
            "HMSG in 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n")
      << "they no longer count";
  EXPECT_EQ(around.broker_->subscriptions(), 1U);
}

TEST(lifecycle, greeting_without_memory_refuses_the_connection) {
  world_options given;
  given.arena_bytes = 64 * 1024;
  world around(given);
  std::vector<buffer*> taken;
  while (buffer* const block = around.memory.take(arena::block_bytes_min)) taken.push_back(block);
  client one = around.connect();
  EXPECT_TRUE(one.on_wire().ended);
  EXPECT_EQ(around.counts().connections_no_memory.value(), 1U);
  EXPECT_EQ(around.broker_->sessions(), 0U);
  for (buffer* const block : taken) around.memory.recycle(*block);
}

}  // namespace
}  // namespace wirebird::broker
