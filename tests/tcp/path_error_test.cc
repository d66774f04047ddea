#include "dataplane/tcp/limits.hh"
#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;
using kind = path_error::kind;

// RFC 1191.

class path_mtu : public dialogue {
 protected:
  path_mtu() { start({.keepalive_idle = duration::zero()}); }
  static std::string text(std::size_t size) { return std::string(size, 'x'); }
};

TEST_F(path_mtu, what_was_too_big_goes_again_in_smaller_segments) {
  establish({.mss = 1460});
  write(text(2920));
  expect({.seq = 1, .ack = 1, .text = text(1460)});
  expect({.flags = "AP", .seq = 1461, .ack = 1, .text = text(1460)});
  report(kind::too_big, 1, 1280);
  expect({.seq = 1, .ack = 1, .text = text(1240)});
  expect({.seq = 1241, .ack = 1, .text = text(1240)});
  expect({.flags = "AP", .seq = 2481, .ack = 1, .text = text(440)});
  EXPECT_EQ(stack_->counts().path_mtu_lowered.value(), 1U);
  // The second of the first two comes back as well: nothing changes.
  report(kind::too_big, 1461, 1280);
  expect_silence();
  send({.seq = 1, .ack = 2921});
  write(text(1300));
  expect({.seq = 2921, .ack = 1, .text = text(1240)}, "and so it stays");
}

TEST_F(path_mtu, timestamps_are_counted) {
  establish({.mss = 1460, .ts = 100});
  write(text(1448));
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = text(1448)});
  report(kind::too_big, 1, 1280);
  expect({.seq = 1, .ack = 1, .text = text(1228)});
  said.clear();
}

TEST_F(path_mtu, never_falls_below_its_floor) {
  establish({.mss = 1460});
  write(text(1460));
  said.clear();
  report(kind::too_big, 1, 68);
  expect({.seq = 1, .ack = 1, .text = text(limits::path_mtu_floor - 40)});
  said.clear();
  report(kind::too_big, 1, 68);
  expect_silence();
}

TEST_F(path_mtu, routers_that_name_no_mtu_make_it_fall_in_steps) {
  establish({.mss = 1460});
  write(text(1460));
  said.clear();
  report(kind::too_big, 1);
  expect({.seq = 1, .ack = 1, .text = text(1452)});
  said.clear();
  report(kind::too_big, 1);
  expect({.seq = 1, .ack = 1, .text = text(1240)});
  said.clear();
}

TEST_F(path_mtu, is_tried_again_after_ten_minutes) {
  establish({.mss = 1460});
  write(text(1460));
  report(kind::too_big, 1, 1280);
  send({.seq = 1, .ack = 1461});
  said.clear();
  skip_for(limits::path_mtu_ages);
  write(text(1460));
  expect({.flags = "AP", .seq = 1461, .ack = 1, .text = text(1460)});
}

TEST_F(path_mtu, black_holes_are_found_without_any_error) {
  establish({.mss = 1460});
  write(text(1460));
  said.clear();
  skip_for(198ms);
  clock_.advance(5ms);
  iterate();
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = text(1460)});
  skip_for(398ms);
  clock_.advance(5ms);
  iterate();
  expect({.seq = 1, .ack = 1, .text = text(1240)});
  EXPECT_EQ(stack_->counts().path_mtu_black_holes.value(), 1U);
  send({.seq = 1, .ack = 1241});
  expect({.flags = "AP", .seq = 1241, .ack = 1, .text = text(220)});
}

TEST_F(path_mtu, small_segments_that_time_out_say_nothing_about_size) {
  establish({.mss = 1460});
  write(text(1000));
  skip_for(2s);
  EXPECT_GE(stack_->counts().timeouts.value(), 3U);
  EXPECT_EQ(stack_->counts().path_mtu_black_holes.value(), 0U);
}

// RFC 5927.

TEST_F(path_mtu, errors_about_what_is_not_in_flight_are_ignored) {
  establish({.mss = 1460});
  write(text(1460));
  said.clear();
  for (const std::uint32_t seq : {0U, 1461U, 100000U, 0x80000000U}) {
    report(kind::too_big, seq, 1280);
    expect_silence();
  }
  EXPECT_EQ(stack_->counts().path_errors_ignored.value(), 4U);
  send({.seq = 1, .ack = 1461});
  report(kind::too_big, 1, 1280);
  expect_silence();
  EXPECT_EQ(stack_->counts().path_mtu_lowered.value(), 0U);
}

TEST_F(path_mtu, errors_about_other_connections_are_ignored) {
  report(kind::too_big, 1, 1280);
  send({.flags = "S"});
  report(kind::refused, 0);
  EXPECT_EQ(stack_->half_open_connections(), 1U);
  EXPECT_EQ(stack_->counts().path_errors_ignored.value(), 2U);
}

TEST_F(path_mtu, no_error_ends_an_established_connection) {
  establish({.mss = 1460});
  write(text(100));
  said.clear();
  report(kind::refused, 1);
  report(kind::unreachable, 1);
  iterate();
  EXPECT_FALSE(user.ended);
  EXPECT_EQ(stack_->counts().path_errors_soft.value(), 2U);
  send({.seq = 1, .ack = 101});
  EXPECT_EQ(user.progress, 1U);
}

TEST_F(path_mtu, a_hard_error_ends_an_active_open) {
  open_connection = stack_->connect(here_, peer_, user, clock_.now());
  user.below = open_connection;
  iterate();
  report(kind::refused, 5);
  EXPECT_FALSE(user.ended) << "not about our SYN";
  report(kind::unreachable, 0);
  EXPECT_FALSE(user.ended) << "a soft one";
  report(kind::refused, 0);
  EXPECT_EQ(user.ended, end_reason::unreachable);
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->counts().ended_unreachable.value(), 1U);
  said.clear();
}

}  // namespace wirebird::tcp
