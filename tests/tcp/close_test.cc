#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

TEST_F(dialogue, peer_closes_first) {
  establish();
  user.closes_at_end = true;
  send({.flags = "AFP", .seq = 1, .ack = 1, .text = "bye"});
  EXPECT_EQ(user.received, "bye");
  EXPECT_EQ(user.ends_of_stream, 1U);
  expect({.flags = "AF", .seq = 1, .ack = 5});
  send({.seq = 5, .ack = 2});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_closed);
  EXPECT_EQ(user.ended_calls, 1U);
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->time_waits(), 0U);
}

TEST_F(dialogue, output_still_flows_after_the_peer_closed_its_half) {
  establish();
  send({.flags = "AF", .seq = 1, .ack = 1});
  expect({.seq = 1, .ack = 2});
  write("still here");
  expect({.flags = "AP", .seq = 1, .ack = 2, .text = "still here"});
  send({.seq = 2, .ack = 11});
  EXPECT_EQ(user.progress, 1U);
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AF", .seq = 11, .ack = 2});
  send({.seq = 2, .ack = 12});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_closed);
}

TEST_F(dialogue, we_close_first_and_time_wait_follows) {
  establish();
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes("last words")));
  open_connection->close(clock_.now());
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AFP", .seq = 1, .ack = 1, .text = "last words"});
  EXPECT_FALSE(user.ended);
  send({.seq = 1, .ack = 12});
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);  // whenever the peer closes its half
  EXPECT_EQ(stack_->connections(), 1U);
  send({.flags = "AF", .seq = 1, .ack = 12});
  expect({.seq = 12, .ack = 2});
  iterate();
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->time_waits(), 1U);
  // The peer's FIN again: its ACK was lost.
  send({.flags = "AF", .seq = 1, .ack = 12});
  expect({.seq = 12, .ack = 2});
  silence_for(61s);
  EXPECT_EQ(stack_->time_waits(), 0U);
}

TEST_F(dialogue, both_close_at_once) {
  establish();
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AF", .seq = 1, .ack = 1});
  send({.flags = "AF", .seq = 1, .ack = 1});
  expect({.seq = 2, .ack = 2});
  EXPECT_FALSE(user.ended);
  send({.seq = 2, .ack = 2});
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
  EXPECT_EQ(stack_->time_waits(), 1U);
}

TEST_F(dialogue, fin_and_acknowledgement_of_ours_in_one_segment) {
  establish();
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AF", .seq = 1, .ack = 1});
  send({.flags = "AF", .seq = 1, .ack = 2});
  expect({.seq = 2, .ack = 2});
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
}

TEST_F(dialogue, a_peer_that_never_closes_its_half_is_dropped) {
  establish();
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AF", .seq = 1, .ack = 1});
  send({.seq = 1, .ack = 2});
  silence_for(61s);
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
  EXPECT_EQ(stack_->connections(), 0U);
}

TEST_F(dialogue, our_fin_is_repeated_until_acknowledged) {
  establish();
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AF", .seq = 1, .ack = 1});
  silence_for(199ms);
  clock_.advance(900ms);
  iterate();
  expect({.flags = "AF", .seq = 1, .ack = 1});
}

TEST_F(dialogue, fin_ahead_of_missing_data_waits_for_it) {
  establish();
  send({.flags = "AF", .seq = 4, .ack = 1, .text = "def"});
  EXPECT_EQ(user.ends_of_stream, 0U);
  expect({.seq = 1, .ack = 1});
  send({.seq = 1, .ack = 1, .text = "abc"});
  EXPECT_EQ(user.received, "abcdef");
  EXPECT_EQ(user.ends_of_stream, 1U);
  expect({.seq = 1, .ack = 8});
}

TEST_F(dialogue, data_after_close_is_swallowed_until_our_fin_arrived_then_reset) {
  establish();
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AF", .seq = 1, .ack = 1});
  send({.seq = 1, .ack = 1, .text = "ignored"});
  expect({.seq = 2, .ack = 8});
  EXPECT_EQ(user.received, "");
  send({.seq = 8, .ack = 2});
  expect({.flags = "AR", .seq = 2, .ack = 8}, "the peer hears that its data is lost");
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->counts().input_lost.value(), 1U);
}

TEST_F(dialogue, data_in_fin_wait_2_is_reset) {
  establish();
  open_connection->close(clock_.now());
  iterate();
  said.clear();
  send({.seq = 1, .ack = 2});
  expect_silence();
  send({.seq = 1, .ack = 2, .text = "too much"});
  expect({.flags = "AR", .seq = 2, .ack = 1});
  iterate();
  EXPECT_EQ(stack_->connections(), 0U);
}

TEST_F(dialogue, close_with_unread_input_and_nothing_to_say_resets_at_once) {
  establish();
  open_connection->pause_reading();
  send({.seq = 1, .ack = 1, .text = "unread"});
  skip_for(50ms);
  open_connection->close(clock_.now());
  expect({.flags = "AR", .seq = 1, .ack = 7});
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
  EXPECT_EQ(stack_->connections(), 0U);
}

TEST_F(dialogue, close_with_unread_input_resets_after_the_last_words_have_arrived) {
  establish();
  open_connection->pause_reading();
  send({.seq = 1, .ack = 1, .text = "unread"});
  skip_for(50ms);
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes("-ERR")));
  open_connection->close(clock_.now());
  iterate();
  expect({.flags = "AFP", .seq = 1, .ack = 7, .text = "-ERR"});
  send({.seq = 7, .ack = 5});
  expect_silence();
  send({.seq = 7, .ack = 6});
  expect({.flags = "AR", .seq = 6, .ack = 7});
  iterate();
  EXPECT_EQ(user.ended, end_reason::closed_by_us);
  EXPECT_EQ(stack_->connections(), 0U);
}

TEST_F(dialogue, abort_sends_a_reset_and_ends_later) {
  establish();
  write("unacknowledged");
  said.clear();
  open_connection->abort(clock_.now());
  EXPECT_FALSE(user.ended) << "never from within the call";
  expect({.flags = "AR", .seq = 15, .ack = 1});
  iterate();
  EXPECT_EQ(user.ended, end_reason::aborted_by_us);
  EXPECT_EQ(user.ended_calls, 1U);
  send({.seq = 1, .ack = 15});
  expect({.flags = "R", .seq = 15, .ack = 0});
}

TEST_F(dialogue, abort_resets_a_peer_whose_window_is_closed) {
  establish();
  write("filling");
  said.clear();
  send({.seq = 1, .ack = 8, .win = 0});
  write("probed");
  clock_.advance(2s);
  iterate();
  said.clear();
  open_connection->abort(clock_.now());
  expect({.flags = "AR", .seq = 8, .ack = 1});
}

TEST_F(dialogue, closing_and_aborting_while_bytes_are_offered_is_safe) {
  establish();
  user.closes_on_bytes = true;
  send({.seq = 1, .ack = 1, .text = "QUIT"});
  EXPECT_EQ(user.received, "QUIT");
  expect({.flags = "AF", .seq = 1, .ack = 5});
  user.closes_on_bytes = false;
  send({.flags = "AR", .seq = 5, .ack = 2});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_reset);
}

TEST_F(dialogue, aborting_while_bytes_are_offered_is_safe) {
  establish();
  user.aborts_on_bytes = true;
  send({.flags = "AF", .seq = 1, .ack = 1, .text = "QUIT"});
  EXPECT_EQ(user.ends_of_stream, 0U);
  EXPECT_EQ(user.ended, end_reason::aborted_by_us);
  EXPECT_EQ(user.ended_calls, 1U);
}

TEST_F(dialogue, an_acceptor_that_refuses_makes_a_reset) {
  refuses = true;
  send({.flags = "S", .seq = 0});
  said.clear();
  send({.seq = 1, .ack = 1});
  expect({.flags = "AR", .seq = 1, .ack = 1});
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->counts().refused_by_acceptor.value(), 1U);
}

}  // namespace wirebird::tcp
