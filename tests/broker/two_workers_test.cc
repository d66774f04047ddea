// Two brokers and the lanes between them: what has to hold in cases that a seed seldom meets.
#include "tests/broker/two_workers.hh"

#include "dataplane/broker/crossings.hh"
#include "dataplane/broker/limits.hh"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace wirebird::broker {
namespace {

// What has been published `count` times, and what a subscriber has of that.
std::string published(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "PUB a 1\r\nx\r\n";
  return text;
}
std::string delivered(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "MSG a 1 1\r\nx\r\n";
  return text;
}

constexpr std::string_view no_responders = "HMSG inbox 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n";

TEST_F(two_workers, who_asks_one_that_goes_meanwhile_is_told) {
  client taker = there.connect_quiet();
  client asker = here.connect_quiet();
  taker.send("SUB service 1\r\n");
  asker.send("SUB inbox 9\r\n");
  settle();
  // Both workers at the same time: one takes the subscription back, the other sends.
  here.begin_step();
  taker.send("UNSUB 1\r\n");
  asker.on_wire().send("PUB service inbox 2\r\nhi\r\n");
  here.end_step();
  EXPECT_EQ(asker.take(), "");
  settle();
  EXPECT_EQ(asker.take(), no_responders);
  EXPECT_EQ(taker.take(), "");
}

TEST_F(two_workers, a_pong_comes_behind_the_answer_that_nobody_has_it) {
  client taker = there.connect_quiet();
  client asker = here.connect_quiet();
  taker.send("SUB service 1\r\nUNSUB 1 1\r\n");
  asker.send("SUB inbox 9\r\n");
  settle();
  EXPECT_EQ(asker.ask("PING\r\n"), "PONG\r\n");
  // The second goes out before this worker hears that the first was the last.
  asker.on_wire().send("PUB service inbox 1\r\n1\r\nPUB service inbox 1\r\n2\r\nPING\r\n");
  here.settle();
  EXPECT_EQ(asker.take(), "");
  settle();
  EXPECT_EQ(asker.take(), std::string(no_responders) + "PONG\r\n");
  EXPECT_EQ(taker.take(), "MSG service 1 inbox 1\r\n1\r\n");
}

TEST_F(two_workers, nobody_is_told_while_one_is_left) {
  client taker = there.connect_quiet();
  client stays = there.connect_quiet();
  client asker = here.connect_quiet();
  taker.send("SUB service 1\r\n");
  stays.send("SUB service 1\r\n");
  asker.send("SUB inbox 9\r\n");
  settle();
  here.begin_step();
  taker.send("UNSUB 1\r\n");
  asker.on_wire().send("PUB service inbox 2\r\nhi\r\n");
  here.end_step();
  settle();
  EXPECT_EQ(asker.take(), "");
  EXPECT_EQ(stays.take(), "MSG service 1 inbox 2\r\nhi\r\n");
}

TEST_F(two_workers,
       what_a_group_does_not_take_any_more_is_not_passed_on_by_one_that_has_shut_down) {
  client taker = there.connect_quiet();
  client writer = here.connect_quiet();
  taker.send("SUB a q 1\r\n");
  settle();
  writer.on_wire().send("PUB a 5000\r\n" + std::string(5000, 'x') + "\r\n");
  here.settle();
  there.broker_->shutdown(there.now);
  settle();
  EXPECT_EQ(there.counts().members_vanished.value(), 1U);
  EXPECT_EQ(there.counts().messages_without_member.value(), 1U);
  EXPECT_EQ(there.counts().crossings_sent.value(), 0U);
}

TEST_F(two_workers, who_has_seen_its_end_meets_nothing_of_it_on_another_worker) {
  client taker = there.connect_quiet();
  client asker = here.connect_quiet();
  taker.send("SUB service 1\r\nSUB service q 2\r\n");
  asker.send("SUB inbox 9\r\n");
  settle();
  std::string answer;
  taker.on_wire().on_close = [&] { answer = asker.ask("PUB service inbox 2\r\nhi\r\n"); };
  taker.on_wire().send_end();
  there.settle();
  EXPECT_EQ(answer, no_responders);
  EXPECT_EQ(here.counts().crossings_sent.value(), 0U);
}

TEST_F(two_workers, a_pong_comes_behind_all_that_was_published_before) {
  client reader = there.connect_quiet();
  client writer = here.connect_quiet();
  reader.send("SUB a 1\r\n");
  settle();
  // More than is taken off a lane at once.
  constexpr int count = 600;
  EXPECT_EQ(writer.ask(published(count) + "PING\r\n"), "PONG\r\n");
  reader.on_wire().send("PING\r\n");
  there.settle();
  EXPECT_EQ(reader.take(), delivered(count) + "PONG\r\n");
}

// A worker that is held up for a while takes all of a lane at once when it is back.
TEST_F(two_workers, a_lane_refers_to_no_more_payload_than_a_subscriber_can_take) {
  client reader = there.connect_quiet();
  client writer = here.connect_quiet();
  reader.send("SUB a 1\r\n");
  settle();
  constexpr std::size_t size = 65536;
  constexpr std::size_t count = 100;
  const std::string message = " 65536\r\n" + std::string(size, 'x') + "\r\n";
  for (std::size_t i = 0; i < count; ++i) writer.on_wire().send("PUB a" + message);
  writer.on_wire().send("PING\r\n");
  here.settle();
  EXPECT_EQ(here.counts().crossings_sent.value(), crossings::referred_bytes_max / size);
  EXPECT_GE(here.counts().lanes_full.value(), 1U);
  for (std::size_t i = 0; i < count; ++i) settle();
  EXPECT_EQ(reader.take().size(), count * ("MSG a 1" + message).size());
  EXPECT_EQ(writer.take(), "PONG\r\n");
}

TEST_F(two_workers, who_drains_gets_what_was_published_before) {
  client member = there.connect_quiet();
  client writer = here.connect_quiet();
  member.send("SUB a q 1\r\n");
  settle();
  constexpr int count = 600;
  EXPECT_EQ(writer.ask(published(count) + "PING\r\n"), "PONG\r\n");
  member.on_wire().send("UNSUB 1\r\nPING\r\n");
  there.settle();
  settle();
  EXPECT_EQ(member.take(), delivered(count) + "PONG\r\n");
  EXPECT_EQ(there.counts().messages_without_member.value(), 0U);
}

TEST_F(two_workers, an_unsub_that_waits_ends_with_the_maximum_or_with_its_client) {
  client limited = there.connect("{}");
  client gone = there.connect_quiet();
  client writer = here.connect_quiet();
  EXPECT_EQ(limited.ask("SUB a 1\r\nUNSUB 1 300\r\n"), "+OK\r\n+OK\r\n");
  gone.send("SUB a 1\r\n");
  settle();
  writer.send(published(1500));
  limited.on_wire().send("UNSUB 1\r\nPING\r\n");
  gone.on_wire().send("UNSUB 1\r\n");
  there.step();
  EXPECT_EQ(there.counts().barrier_waits.value(), 2U);
  gone.on_wire().reset();
  settle();
  EXPECT_EQ(limited.take(), delivered(300) + "+OK\r\nPONG\r\n");
}

TEST_F(two_workers, many_unsubs_in_one_piece_wait_together) {
  client member = there.connect_quiet();
  client writer = here.connect_quiet();
  std::string sub;
  std::string unsub;
  for (int i = 1; i <= 50; ++i) {
    sub += "SUB b " + std::to_string(i) + "\r\n";
    unsub += "UNSUB " + std::to_string(i) + "\r\n";
  }
  member.send(sub + "SUB a 1000\r\n");
  settle();
  // Another worker's messages never end meanwhile.
  const auto one_more_turn = [&] {
    there.begin_step();
    writer.send(published(5));
    there.end_step();
  };
  one_more_turn();
  member.on_wire().send(unsub);
  for (int i = 0; i < 4; ++i) one_more_turn();
  EXPECT_EQ(there.counts().subscriptions_removed.value(), 50U);
  EXPECT_EQ(there.counts().barrier_waits.value(), 1U);
}

TEST_F(two_workers, who_leaves_while_it_waits_for_its_pong_holds_nobody_up) {
  client first = there.connect_quiet();
  client second = there.connect_quiet();
  client writer = here.connect_quiet();
  first.send("SUB a 1\r\n");
  settle();
  writer.send(published(1500));
  first.on_wire().send("PING\r\n");
  there.step();
  second.on_wire().send("PING\r\n");
  there.step();
  EXPECT_EQ(there.counts().barrier_waits.value(), 2U);
  first.on_wire().reset();
  settle();
  EXPECT_EQ(second.take(), "PONG\r\n");
}

options large_payloads() {
  options rules;
  rules.limits.max_payload = 4 << 20U;
  return rules;
}
class of_large_payloads : public two_workers {
 protected:
  of_large_payloads() : two_workers(large_payloads()) {}
};

TEST_F(of_large_payloads, a_message_of_any_size_has_room_on_a_lane_that_refers_to_none) {
  client reader = there.connect_quiet();
  client writer = here.connect_quiet();
  reader.send("SUB a 1\r\n");
  settle();
  constexpr std::size_t size = 3 << 20U;
  static_assert(size > crossings::referred_bytes_max);
  const std::string message = " 3145728\r\n" + std::string(size, 'x') + "\r\n";
  writer.on_wire().send("PUB a" + message + "PUB a" + message);
  here.settle();
  EXPECT_EQ(here.counts().crossings_sent.value(), 1U);
  settle();
  EXPECT_EQ(reader.take().size(), 2 * ("MSG a 1" + message).size());
}

options one_client() {
  options rules;
  rules.max_connections = 1;
  return rules;
}
class of_one_client : public two_workers {
 protected:
  of_one_client() : two_workers(one_client()) {}
};

TEST_F(of_one_client, max_connections_counts_all_workers) {
  client first = here.connect_quiet();
  client second = there.connect();
  EXPECT_NE(second.take().find("-ERR 'maximum connections exceeded'"), std::string::npos);
  EXPECT_EQ(there.counts().connections_exceeded.value(), 1U);
  first.on_wire().reset();
  here.settle();
  client third = there.connect();
  EXPECT_TRUE(third.is_open());
}

TEST_F(two_workers, a_lower_limit_of_connections_counts_all_workers) {
  client first = here.connect_quiet();
  client second = here.connect_quiet();
  client third = there.connect_quiet();
  settle();
  for (world* const each : {&here, &there})
    each->broker_->apply(one_client(), each->identity, false, each->now);
  settle();
  EXPECT_EQ(here.broker_->open_sessions() + there.broker_->open_sessions(), 1U);
  EXPECT_EQ(ids.open(), 1U);
  EXPECT_NE(here.connect().take().find("-ERR 'maximum connections exceeded'"), std::string::npos);
  for (client* const each : {&first, &second, &third})
    if (each->is_open()) each->on_wire().reset();
  settle();
  EXPECT_EQ(ids.open(), 0U);
  EXPECT_TRUE(there.connect().is_open());
}

TEST(clients_of_all_workers, as_many_are_closed_at_the_same_time_as_are_too_many) {
  constexpr std::size_t count = 100'000;
  counted_ids ids;
  for (std::size_t i = 0; i < count; ++i) ids.on_opened();
  std::atomic<std::size_t> closed{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] {
      while (ids.close_one_above(10)) closed.fetch_add(1);
    });
  for (std::thread& each : workers) each.join();
  EXPECT_EQ(closed.load(), count - 10);
  EXPECT_EQ(ids.open(), 10U);
}

options small_pending() {
  options rules;
  rules.max_pending = 64 * 1024;  // lags above 48 KiB, the price is 4 KiB
  return rules;
}
class throttling_across : public two_workers {
 protected:
  throttling_across() : two_workers(small_pending()) {}
  void SetUp() override {
    reader.send("SUB a 1\r\n");
    settle();
    reader.on_wire().stalled = true;
    publish(writer, 49);  // it lags from now on
  }
  void publish(client& from, int kib) {
    std::string text;
    for (int i = 0; i < kib; ++i) text += "PUB a 1000\r\n" + std::string(1000, 'x') + "\r\n";
    from.send(text);
    settle();
  }
  client reader = there.connect_quiet();
  client writer = here.connect_quiet();
};

TEST_F(throttling_across, a_subscriber_that_lags_and_reads_stops_its_publisher_for_a_moment) {
  EXPECT_FALSE(writer.on_wire().paused);
  reader.on_wire().read(5000);
  publish(writer, 10);
  EXPECT_TRUE(writer.on_wire().paused);
  EXPECT_EQ(there.counts().throttles.value(), 1U);
  here.advance(throttle_time - 1ms);
  EXPECT_TRUE(writer.on_wire().paused);
  here.advance(2ms);
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_EQ(here.counts().publishers_throttled.value(), 1U);
}

TEST_F(throttling_across, a_burst_is_stopped_once) {
  reader.on_wire().read(5000);
  publish(writer, 10);
  EXPECT_TRUE(writer.on_wire().paused);
  EXPECT_EQ(here.counts().publishers_throttled.value(), 1U);
  EXPECT_EQ(there.counts().notices_lost.value(), 0U);
  EXPECT_TRUE(reader.is_open());
}

TEST_F(throttling_across, publishers_go_on_at_once_when_the_subscriber_has_caught_up) {
  reader.on_wire().read(5000);
  publish(writer, 10);
  client second = here.connect_quiet();
  publish(second, 1);
  EXPECT_TRUE(writer.on_wire().paused);
  EXPECT_TRUE(second.on_wire().paused) << "both publish for it";
  reader.on_wire().drain();
  settle();
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_FALSE(second.on_wire().paused);
}

TEST_F(throttling_across, a_subscriber_that_has_stopped_earns_nothing) {
  publish(writer, 30);
  EXPECT_TRUE(reader.on_wire().aborted);
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_EQ(here.counts().publishers_throttled.value(), 0U);
}

TEST_F(throttling_across, a_publisher_that_has_left_is_nobodys_concern) {
  reader.on_wire().read(5000);
  writer.on_wire().send("PUB a 9000\r\n" + std::string(9000, 'x') + "\r\n");
  here.settle();
  writer.on_wire().reset();
  settle();
  EXPECT_TRUE(writer.on_wire().ended);
}

}  // namespace
}  // namespace wirebird::broker
