// What stands in a lane, and what waits for room there: nothing overtakes anything.
#include "dataplane/crossing/records.hh"
#include "tests/broker/two_workers.hh"

#include <string>

namespace wirebird::broker {
namespace {

class small_lanes : public two_workers {
 protected:
  explicit small_lanes(const options& rules = {}) : two_workers(rules, 4096) {}
  // Subscribes until the last one finds no room: the other worker stands still meanwhile.
  void fill(client& subscriber) {
    for (int i = 0; here.counts().lanes_full.value() == 0 && i < 1000; ++i)
      subscriber.send("SUB " + std::string(100, 'f') + std::to_string(i) + " " + std::to_string(i) +
                      "\r\n");
    ASSERT_EQ(here.counts().lanes_full.value(), 1U);
  }
  /// What the other worker will take off its lane next.
  [[nodiscard]] byte_view next_record() {
    return lanes.station_of(1).others.front().in->ring.front();
  }
};

TEST_F(small_lanes, a_message_comes_behind_the_interest_that_waits_for_room) {
  client reader = there.connect_quiet();
  reader.send("SUB a 1\r\n");
  settle();
  client subscriber = here.connect_quiet();
  client writer = here.connect_quiet();
  fill(subscriber);
  there.step();  // there is room now, and here it has not been looked at yet
  writer.on_wire().send("PUB a 1\r\nx\r\n");
  here.step();
  ASSERT_FALSE(next_record().empty());
  EXPECT_EQ(crossing::kind_of(next_record()), crossing::record_kind::interest);
  settle();
  EXPECT_EQ(reader.take(), "MSG a 1 1\r\nx\r\n");
}

TEST_F(small_lanes, whoever_subscribes_reads_nothing_until_there_is_room) {
  client subscriber = here.connect_quiet();
  fill(subscriber);
  EXPECT_EQ(subscriber.ask("SUB more 9999\r\nPING\r\n"), "");
  EXPECT_EQ(here.counts().lanes_full.value(), 1U);
  EXPECT_GT(subscriber.on_wire().unread_bytes(), 0U);
  settle();
  EXPECT_EQ(subscriber.take(), "PONG\r\n");
}

// Another client's PING asks which changes are known while one of them is not even in the lane.
TEST_F(small_lanes, what_waits_for_room_is_not_known_with_what_stands_in_the_lane) {
  client first = here.connect_quiet();
  client subscriber = here.connect_quiet();
  settle();
  first.send("SUB a 1\r\n");
  fill(subscriber);
  first.on_wire().send("PING\r\n");
  here.step();
  subscriber.on_wire().send("PING\r\n");
  there.step();
  here.settle();
  EXPECT_EQ(subscriber.take(), "") << "the other worker has not heard of its last subscription";
  settle();
  EXPECT_EQ(subscriber.take(), "PONG\r\n");
  EXPECT_EQ(first.take(), "PONG\r\n");
}

TEST_F(small_lanes, who_has_its_pong_has_handed_over_its_messages) {
  client reader = there.connect_quiet();
  client writer = here.connect_quiet();
  reader.send("SUB a 1\r\n");
  settle();
  std::string seen;
  writer.on_wire().on_flush = [&] {
    there.settle();
    seen += reader.take();
  };
  EXPECT_EQ(writer.ask("PUB a 1\r\nx\r\nPING\r\n"), "PONG\r\n");
  EXPECT_EQ(seen, "MSG a 1 1\r\nx\r\n");
  writer.on_wire().on_flush = {};
}

TEST_F(small_lanes, what_comes_back_from_a_member_that_has_gone_is_no_echo) {
  client taker = there.connect_quiet();
  client writer = here.connect(R"({"verbose":false,"echo":false})");
  taker.send("SUB a q 1\r\n");
  writer.send("SUB a q 1\r\n");
  settle();
  here.begin_step();
  taker.send("UNSUB 1\r\n");
  writer.on_wire().send("PUB a 1\r\nx\r\n");
  here.end_step();
  settle();
  EXPECT_EQ(there.counts().members_vanished.value(), 1U);
  EXPECT_EQ(here.counts().messages_without_member.value(), 1U);
  EXPECT_EQ(writer.take(), "");
}

options little_pending() {
  options rules;
  rules.max_pending = 1000;
  return rules;
}
class of_little_pending : public small_lanes {
 protected:
  of_little_pending() : small_lanes(little_pending()) {}
};

TEST_F(of_little_pending, who_is_cut_for_being_slow_meets_nothing_of_it_on_another_worker) {
  client taker = there.connect_quiet();
  client writer = there.connect_quiet();
  client asker = here.connect_quiet();
  // The message that is too much is also the last that the first subscription wants.
  taker.send("SUB service 1\r\nUNSUB 1 1\r\nSUB service q 2\r\nSUB service 3\r\n");
  asker.send("SUB inbox 9\r\n");
  settle();
  std::string answer;
  taker.on_wire().stalled = true;
  taker.on_wire().on_close = [&] { answer = asker.ask("PUB service inbox 2\r\nhi\r\n"); };
  writer.send("PUB service 2000\r\n" + std::string(2000, 'x') + "\r\n");
  EXPECT_FALSE(taker.is_open());
  EXPECT_EQ(answer, "HMSG inbox 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n");
  EXPECT_EQ(here.counts().crossings_sent.value(), 0U);
}

}  // namespace
}  // namespace wirebird::broker
