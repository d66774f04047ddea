#include "dataplane/tcp/limits.hh"
#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

TEST_F(dialogue, syn_to_a_listening_port_is_answered_with_what_the_peer_offered) {
  send({.flags = "S", .mss = 1460, .ws = 7, .sack_ok = true, .ts = 100});
  ASSERT_EQ(said.size(), 1U);
  const spoken answer = said.front();
  EXPECT_EQ(answer.flags, "SA");
  EXPECT_EQ(answer.ack, 1U);
  EXPECT_EQ(answer.mss, 1460);
  EXPECT_EQ(answer.ws, limits::window_shift);
  EXPECT_TRUE(answer.sack_ok);
  EXPECT_EQ(answer.echo, 100U);
  EXPECT_EQ(answer.win, 65535U) << "never scaled in a SYN";
  EXPECT_EQ(stack_->half_open_connections(), 1U);
}

TEST_F(dialogue, a_bare_syn_gets_no_options_but_mss) {
  send({.flags = "S"});
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.front().mss, 1460);
  EXPECT_FALSE(said.front().ws);
  EXPECT_FALSE(said.front().sack_ok);
  EXPECT_FALSE(said.front().ts);
}

TEST_F(dialogue, mss_that_is_not_announced_is_536) {
  establish();
  write(std::string(600, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(536, 'x')});
}

TEST_F(dialogue, syn_with_tiny_mss_is_clamped) {
  establish({.mss = 1});
  write(std::string(500, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(limits::mss_floor, 'x')});
}

TEST_F(dialogue, mss_is_clamped_to_the_link) {
  establish({.mss = 9000});
  write(std::string(2000, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(1460, 'x')});
}

TEST_F(dialogue, timestamps_take_their_room_from_the_segment) {
  establish({.mss = 1460, .ts = 100});
  write(std::string(2000, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(1448, 'x'), .echo = 101});
}

TEST_F(dialogue, window_scale_applies_after_the_handshake) {
  establish({.mss = 1000, .ws = 3}, 100);  // 800 bytes
  write(std::string(2000, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(800, 'x')}, "half of the largest window or more");
  expect_silence();
}

TEST_F(dialogue, a_repeated_syn_is_answered_with_the_same_numbers) {
  send({.flags = "S"});
  send({.flags = "S"});
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0].flags, "SA");
  EXPECT_EQ(said[1].seq, 0U);
  EXPECT_EQ(stack_->half_open_connections(), 1U);
}

TEST_F(dialogue, syn_ack_is_repeated_with_back_off_then_forgotten) {
  send({.flags = "S"});
  expect({.flags = "SA", .seq = 0, .ack = 1});
  for (const int wait : {1, 2, 4, 8}) {
    silence_for(std::chrono::seconds(wait) - 1ms);
    clock_.advance(3ms);
    iterate();
    expect({.flags = "SA", .seq = 0, .ack = 1});
  }
  silence_for(17s);
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->counts().half_open_expired.value(), 1U);
}

TEST_F(dialogue, the_acceptor_is_called_only_after_the_third_step) {
  send({.flags = "S"});
  EXPECT_EQ(open_connection, nullptr);
  said.clear();
  send({.flags = "AP", .seq = 1, .ack = 1, .text = "CONNECT"});
  EXPECT_NE(open_connection, nullptr);
  EXPECT_EQ(user.received, "CONNECT");
}

TEST_F(dialogue, ack_of_a_wrong_number_does_not_open_a_connection) {
  send({.flags = "S"});
  said.clear();
  send({.seq = 1, .ack = 2});
  expect({.flags = "R", .seq = 2, .ack = 0});
  EXPECT_EQ(open_connection, nullptr);
  EXPECT_EQ(stack_->half_open_connections(), 1U);
}

TEST_F(dialogue, reset_of_the_exact_number_ends_a_half_open_connection) {
  send({.flags = "S"});
  said.clear();
  send({.flags = "R", .seq = 5});
  expect({.seq = 1, .ack = 1}, "in the window: a challenge");
  EXPECT_EQ(stack_->half_open_connections(), 1U);
  send({.flags = "R", .seq = 1});
  EXPECT_EQ(stack_->half_open_connections(), 0U);
}

TEST_F(dialogue, connections_beyond_the_limit_are_refused_in_silence) {
  start({.connections_max = 1});
  establish();
  send_from(1000, {.flags = "S"});
  expect_silence();
  EXPECT_EQ(stack_->counts().syns_refused.value(), 1U);
}

TEST_F(dialogue, stop_listening_forgets_half_open_connections_and_keeps_the_others) {
  establish();
  send_from(1000, {.flags = "S"});
  said.clear();
  stack_->stop_listening(port + 1);
  EXPECT_EQ(stack_->half_open_connections(), 1U);
  stack_->stop_listening(port);
  EXPECT_EQ(stack_->half_open_connections(), 0U);
  send_from(1001, {.flags = "S"});
  expect({.flags = "AR", .seq = 0, .ack = 1});
  send({.flags = "A", .seq = 1, .ack = 1, .text = "on"});
  EXPECT_EQ(user.received, "on");
}

TEST_F(dialogue, stop_listening_on_all_ports_is_the_same_for_all) {
  stream::acceptor& self = *this;
  ASSERT_TRUE(stack_->listen({here_.address, 8222}, self));
  establish();
  send_from(1000, {.flags = "S"});
  said.clear();
  stack_->stop_listening();
  EXPECT_EQ(stack_->half_open_connections(), 0U);
  EXPECT_EQ(wheel_->armed(), 1U) << "the established connection's";
  send_from(1001, {.flags = "S"});
  expect({.flags = "AR", .seq = 0, .ack = 1});
  here_.port = 8222;
  send_from(1001, {.flags = "S"});
  expect({.flags = "AR", .seq = 0, .ack = 1});
}

TEST_F(dialogue, listening_twice_on_an_endpoint_fails) {
  stream::acceptor& self = *this;
  EXPECT_FALSE(stack_->listen({ip_address{}, port}, self));
  EXPECT_TRUE(stack_->listen({here_.address, port}, self));
}

TEST_F(dialogue, initial_sequence_numbers_differ_by_connection_and_advance) {
  send({.flags = "S"});
  const sequence first = our_iss[peer_.port];
  send_from(1000, {.flags = "S"});
  EXPECT_FALSE(first == our_iss[1000]);
  send({.flags = "R", .seq = 1});
  clock_.advance(1s);
  send({.flags = "S"});
  EXPECT_EQ(our_iss[peer_.port] - first, 250000) << "4 microseconds per step (RFC 6528)";
}

TEST_F(dialogue, data_that_came_before_the_acceptor_was_asked_is_not_lost_with_a_fin) {
  user.closes_at_end = true;
  send({.flags = "S"});
  said.clear();
  input(to_datagram({.seq = 1, .ack = 1}, peer_.port));
  input(to_datagram({.flags = "AF", .seq = 1, .ack = 1, .text = "all"}, peer_.port));
  iterate();
  EXPECT_EQ(user.received, "all");
  EXPECT_EQ(user.ends_of_stream, 1U);
  expect({.flags = "AF", .seq = 1, .ack = 5});
}

}  // namespace wirebird::tcp
