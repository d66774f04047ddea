#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

class active_open : public dialogue {
 protected:
  void open() {
    open_connection = stack_->connect(here_, peer_, user, clock_.now());
    ASSERT_NE(open_connection, nullptr);
    user.below = open_connection;
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said.front().flags, "S");
  }
};

TEST_F(active_open, offers_everything_and_keeps_what_the_peer_offers) {
  open();
  EXPECT_EQ(said.front().mss, 1460);
  EXPECT_TRUE(said.front().ws && said.front().sack_ok && said.front().ts);
  said.clear();
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes("CONNECT")));
  send({.flags = "SA", .seq = 0, .ack = 1, .mss = 1000});
  EXPECT_EQ(user.progress, 1U);
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = "CONNECT"}, "no timestamps were agreed on");
  send({.flags = "AP", .seq = 1, .ack = 8, .text = "+OK"});
  EXPECT_EQ(user.received, "+OK");
  EXPECT_EQ(stack_->counts().connected.value(), 1U);
}

TEST_F(active_open, the_window_of_the_syn_ack_is_not_scaled) {
  open();
  said.clear();
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes(std::string(3000, 'x'))));
  send({.flags = "SA", .seq = 0, .ack = 1, .win = 1000, .mss = 1000, .ws = 7});
  expect({.seq = 1, .ack = 1, .text = std::string(1000, 'x')});
  expect_silence();
}

TEST_F(active_open, a_refused_syn_ends_with_peer_reset) {
  open();
  said.clear();
  send({.flags = "AR", .seq = 0, .ack = 2});
  EXPECT_FALSE(user.ended) << "not the number of our SYN";
  send({.flags = "AR", .seq = 0, .ack = 1});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_reset);
  EXPECT_EQ(stack_->connections(), 0U);
}

TEST_F(active_open, a_syn_without_answer_is_repeated_then_given_up) {
  open();
  said.clear();
  silence_for(999ms);
  clock_.advance(4ms);
  iterate();
  expect({.flags = "S", .seq = 0, .ack = 0});
  skip_for(250s);
  EXPECT_EQ(user.ended, end_reason::timed_out);
}

TEST_F(active_open, both_open_at_once) {
  open();
  said.clear();
  send({.flags = "S", .seq = 0});
  expect({.flags = "SA", .seq = 0, .ack = 1});
  EXPECT_EQ(user.progress, 0U);
  send({.flags = "SA", .seq = 0, .ack = 1});
  EXPECT_EQ(user.progress, 1U);
  said.clear();
  send({.seq = 1, .ack = 1, .text = "hello"});
  EXPECT_EQ(user.received, "hello");
}

TEST_F(active_open, closing_before_the_answer_ends_at_once) {
  open();
  said.clear();
  user.below->close(clock_.now());
  EXPECT_FALSE(user.ended);
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
  EXPECT_EQ(stack_->connections(), 0U);
  expect_silence();
}

TEST_F(active_open, a_4_tuple_in_use_is_refused) {
  open();
  said.clear();
  EXPECT_EQ(stack_->connect(here_, peer_, user, clock_.now()), nullptr);
  endpoint any_port = here_;
  any_port.port = 0;
  stream::connection* other = stack_->connect(any_port, peer_, user, clock_.now());
  ASSERT_NE(other, nullptr);
  EXPECT_GE(other->local().port, 49152);
}

TEST_F(active_open, a_simultaneous_open_that_found_no_room_for_its_syn_ack_works) {
  open();
  said.clear();
  room_left = 0;
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes("text")));
  send({.flags = "S", .seq = 0, .mss = 1000});
  send({.seq = 1, .ack = 1});
  room_left = 100;
  iterate();
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = "text"});
}

TEST_F(active_open, a_syn_ack_that_comes_while_the_repeated_syn_waits_for_room_works) {
  open();
  said.clear();
  room_left = 0;
  skip_for(1100ms);
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes("text")));
  send({.flags = "SA", .seq = 0, .ack = 1, .mss = 1000});
  room_left = 100;
  iterate();
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = "text"});
}

}  // namespace wirebird::tcp
