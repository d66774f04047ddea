#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

// RFC 1122 4.2.3.6.
class keepalive : public dialogue {
 protected:
  keepalive() {
    options settings;
    settings.keepalive_idle = 10s;
    settings.keepalive_interval = 2s;
    settings.keepalive_probes = 3;
    start(settings);
  }
  void expect_probe_after(duration length) {
    silence_for(length - 2ms);
    clock_.advance(5ms);
    iterate();
    expect({.seq = 0, .ack = 1}, "one below what the peer expects");
  }
};

TEST_F(keepalive, a_peer_that_answers_lives) {
  establish();
  for (int i = 0; i < 5; ++i) {
    expect_probe_after(10s);
    send({.seq = 1, .ack = 1});
  }
  EXPECT_FALSE(user.ended);
  EXPECT_EQ(stack_->counts().keepalives.value(), 5U);
}

TEST_F(keepalive, a_dead_peer_is_found_and_closed_with_its_own_reason) {
  establish();
  expect_probe_after(10s);
  expect_probe_after(2s);
  expect_probe_after(2s);
  EXPECT_FALSE(user.ended);
  silence_for(2s + 5ms);
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_dead);
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->counts().ended_peer_dead.value(), 1U);
}

TEST_F(keepalive, a_peer_that_forgot_us_says_so) {
  establish();
  expect_probe_after(10s);
  send({.flags = "R", .seq = 1});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_reset);
}

TEST_F(keepalive, whoever_speaks_is_not_asked) {
  establish();
  for (std::uint32_t i = 0; i < 6; ++i) {
    skip_for(9s);
    send({.seq = 1 + i, .ack = 1, .text = "x"});
  }
  skip_for(9s);
  EXPECT_EQ(stack_->counts().keepalives.value(), 0U);
}

TEST_F(keepalive, segments_from_outside_the_window_are_no_sign_of_life) {
  establish();
  skip_for(9s);
  send({.seq = 0x70000000, .ack = 1, .text = "x"});
  skip_for(2s);
  EXPECT_EQ(stack_->counts().keepalives.value(), 1U);
}

TEST_F(keepalive, a_half_closed_connection_is_asked_too) {
  establish();
  send({.flags = "AF", .seq = 1, .ack = 1});
  said.clear();
  silence_for(10s - 2ms);
  clock_.advance(5ms);
  iterate();
  expect({.seq = 0, .ack = 2});
}

TEST_F(keepalive, waits_for_room) {
  establish();
  room_left = 0;
  skip_for(11s);
  EXPECT_EQ(stack_->counts().keepalives.value(), 0U);
  room_left = 100;
  iterate();
  expect({.seq = 0, .ack = 1});
}

TEST_F(keepalive, can_be_turned_off) {
  start({.keepalive_idle = duration::zero()});
  establish();
  silence_for(std::chrono::hours(10));
  EXPECT_EQ(stack_->connections(), 1U);
}

}  // namespace wirebird::tcp
