#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

TEST_F(dialogue, lost_data_is_sent_again_after_the_timeout_with_back_off) {
  establish();
  write("hello");
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = "hello"});
  // The handshake took no time, so the timeout is its minimum.
  for (const int wait : {200, 400, 800, 1600}) {
    silence_for(std::chrono::milliseconds(wait - 1));
    clock_.advance(4ms);
    iterate();
    expect({.flags = "AP", .seq = 1, .ack = 1, .text = "hello"});
  }
  send({.seq = 1, .ack = 6});
  silence_for(10s);
  EXPECT_EQ(stack_->counts().timeouts.value(), 4U);
}

TEST_F(dialogue, after_a_timeout_one_segment_is_sent_and_the_rest_follows_acknowledgements) {
  establish({.mss = 1000});
  write(std::string(5000, 'x'));
  said.clear();
  clock_.advance(201ms);
  iterate();
  expect({.seq = 1, .ack = 1, .text = std::string(1000, 'x')});
  expect_silence();
  send({.seq = 1, .ack = 1001});
  expect({.seq = 1001, .ack = 1, .text = std::string(1000, 'x')});
  expect({.seq = 2001, .ack = 1, .text = std::string(1000, 'x')});
  expect_silence();
  send({.seq = 1, .ack = 5001});
  silence_for(5s);
}

TEST_F(dialogue, a_silent_peer_is_given_up_after_the_user_timeout) {
  establish();
  write("hello");
  skip_for(121s);
  EXPECT_FALSE(user.ended);
  skip_for(61s);
  EXPECT_EQ(user.ended, end_reason::timed_out);
  EXPECT_EQ(stack_->connections(), 0U);
}

TEST_F(dialogue, new_output_is_not_held_up_by_an_acknowledgement_outstanding) {
  establish();
  write("a");
  clock_.advance(150ms);
  iterate();
  write("b");
  said.clear();
  send({.seq = 1, .ack = 2});
  silence_for(199ms);
  clock_.advance(3ms);
  iterate();
  expect({.flags = "AP", .seq = 2, .ack = 1, .text = "b"});
}

TEST_F(dialogue, three_duplicates_make_a_fast_retransmit) {
  establish({.mss = 1000});
  write(std::string(8000, 'x'));
  said.clear();
  write(std::string(8000, 'y'));
  said.clear();
  send({.seq = 1, .ack = 1});
  send({.seq = 1, .ack = 1});
  EXPECT_EQ(said.size(), 2U) << "limited transmit: one new segment for each" << story();
  EXPECT_EQ(said.front().seq, 10001U);
  said.clear();
  send({.seq = 1, .ack = 1});
  expect({.seq = 1, .ack = 1, .text = std::string(1000, 'x')});
  expect_silence();
  EXPECT_EQ(stack_->counts().fast_retransmits.value(), 1U);
  // A partial acknowledgement: the next hole is repaired at once, without a timeout.
  send({.seq = 1, .ack = 3001});
  EXPECT_EQ(said.front().seq, 3001U) << story();
  said.clear();
  send({.seq = 1, .ack = 12001});
  EXPECT_EQ(stack_->counts().timeouts.value(), 0U);
  EXPECT_EQ(said.front().seq, 12001U) << "recovered: new data";
}

TEST_F(dialogue, duplicates_with_data_or_a_new_window_do_not_count) {
  establish({.mss = 1000});
  write(std::string(3000, 'x'));
  said.clear();
  send({.seq = 1, .ack = 1, .text = "a"});
  send({.seq = 2, .ack = 1, .text = "b"});
  send({.seq = 3, .ack = 1, .win = 60000});
  send({.seq = 3, .ack = 1, .win = 61000});
  EXPECT_EQ(stack_->counts().duplicate_acks.value(), 0U);
}

TEST_F(dialogue, a_closed_window_is_probed_with_back_off_until_it_opens) {
  establish({.mss = 1000}, 0);
  write(std::string(1500, 'x'));
  for (const int wait : {200, 400, 800}) {
    silence_for(std::chrono::milliseconds(wait - 1));
    clock_.advance(4ms);
    iterate();
    expect({.seq = 1, .ack = 1, .text = "x"});
    send({.seq = 1, .ack = 1, .win = 0});
  }
  send({.seq = 1, .ack = 1, .win = 5000});
  expect({.seq = 1, .ack = 1, .text = std::string(1000, 'x')});
  expect({.flags = "AP", .seq = 1001, .ack = 1, .text = std::string(500, 'x')});
  send({.seq = 1, .ack = 1501});
  silence_for(5s);
}

TEST_F(dialogue, a_probe_that_was_taken_counts) {
  establish({.mss = 1000}, 0);
  write("xyz");
  clock_.advance(205ms);
  iterate();
  expect({.seq = 1, .ack = 1, .text = "x"});
  send({.seq = 1, .ack = 2, .win = 100});
  expect({.flags = "AP", .seq = 2, .ack = 1, .text = "yz"});
}

TEST_F(dialogue, a_window_that_stays_closed_is_no_silence) {
  establish({}, 0);
  write("x");
  for (int i = 0; i < 200; ++i) {
    skip_for(5s);
    send({.seq = 1, .ack = 1, .win = 0});
  }
  EXPECT_FALSE(user.ended);
  skip_for(200s);
  EXPECT_EQ(user.ended, end_reason::timed_out) << "but no answer at all is";
}

TEST_F(dialogue, a_peer_that_shrinks_its_window_is_survived) {
  establish({.mss = 1000}, 4000);
  write(std::string(6000, 'x'));
  EXPECT_EQ(said.size(), 4U);
  said.clear();
  send({.seq = 1, .ack = 1, .win = 0});
  skip_for(3s);
  send({.seq = 1, .ack = 1, .win = 10});
  skip_for(10s);
  send({.seq = 1, .ack = 1001, .win = 65535});
  EXPECT_FALSE(said.empty());
  EXPECT_EQ(said.front().seq, 1001U);
  send({.seq = 1, .ack = 4001, .win = 65535});
  said.clear();
  skip_for(1s);
  send({.seq = 1, .ack = 6001});
  EXPECT_TRUE(user.below->output().empty());
}

TEST_F(dialogue, a_small_window_is_not_filled_with_crumbs) {
  establish({.mss = 1000}, 4000);
  write(std::string(10000, 'x'));
  EXPECT_EQ(said.size(), 4U);
  said.clear();
  send({.seq = 1, .ack = 4001, .win = 300});
  expect_silence();
  clock_.advance(205ms);
  iterate();
  expect({.seq = 4001, .ack = 1, .text = std::string(300, 'x')}, "the override timeout");
}

TEST_F(dialogue, close_with_a_closed_window_still_delivers_everything) {
  establish({.mss = 1000}, 0);
  write("last");
  user.below->close(clock_.now());
  clock_.advance(205ms);
  iterate();
  expect({.seq = 1, .ack = 1, .text = "l"});
  send({.seq = 1, .ack = 1, .win = 100});
  expect({.flags = "AFP", .seq = 1, .ack = 1, .text = "last"});
  send({.flags = "AF", .seq = 1, .ack = 6});
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
}

TEST_F(dialogue, the_timer_of_an_idle_connection_does_not_tick) {
  start({.keepalive_idle = duration::zero()});
  establish();
  write("a");
  send({.seq = 1, .ack = 2});
  said.clear();
  skip_for(1s);
  EXPECT_EQ(wheel_->armed(), 0U);
}

}  // namespace wirebird::tcp
