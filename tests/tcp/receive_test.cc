#include "dataplane/tcp/limits.hh"
#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

TEST_F(dialogue, segments_out_of_order_are_put_in_order_and_answered_with_duplicates) {
  establish({.sack_ok = true});
  send({.seq = 4, .ack = 1, .text = "def"});
  expect({.seq = 1, .ack = 1, .sack = {{4, 7}}});
  send({.seq = 10, .ack = 1, .text = "jkl"});
  expect({.seq = 1, .ack = 1, .sack = {{10, 13}, {4, 7}}});
  EXPECT_EQ(user.received, "");
  send({.seq = 1, .ack = 1, .text = "abc"});
  EXPECT_EQ(user.received, "abcdef");
  expect({.seq = 1, .ack = 7, .sack = {{10, 13}}});
  send({.seq = 7, .ack = 1, .text = "ghi"});
  EXPECT_EQ(user.received, "abcdefghijkl");
  expect({.seq = 1, .ack = 13});
}

TEST_F(dialogue, every_segment_out_of_order_in_a_burst_gets_its_own_duplicate) {
  establish();
  for (std::uint32_t i = 1; i <= 4; ++i)
    input(to_datagram({.seq = 1 + 100 * i, .ack = 1, .text = std::string(100, 'x')}, peer_.port));
  iterate();
  for (int i = 0; i < 4; ++i) expect({.seq = 1, .ack = 1});
  expect_silence();
}

TEST_F(dialogue, overlapping_segments_deliver_every_byte_once_and_the_first_stands) {
  establish();
  send({.seq = 3, .ack = 1, .text = "CDE"});
  send({.seq = 7, .ack = 1, .text = "GH"});
  send({.seq = 2, .ack = 1, .text = "bcdefghi"});
  EXPECT_EQ(user.received, "");
  send({.seq = 1, .ack = 1, .text = "ab"});
  EXPECT_EQ(user.received, "abCDEfGHi");
}

TEST_F(dialogue, old_data_is_acknowledged_again_at_once) {
  establish();
  send({.seq = 1, .ack = 1, .text = "abc"});
  skip_for(50ms);
  send({.seq = 1, .ack = 1, .text = "abc"});
  expect({.seq = 1, .ack = 4});
  send({.seq = 1, .ack = 1, .text = "abcdef"});
  EXPECT_EQ(user.received, "abcdef");
}

TEST_F(dialogue, data_beyond_the_window_is_cut) {
  start({.receive_buffer_bytes = 1000});
  establish();
  user.below->pause_reading();
  send({.seq = 1, .ack = 1, .text = std::string(1400, 'x')});
  expect({.seq = 1, .ack = 1001, .win = 0});
  user.below->resume_reading();
  iterate();
  iterate();
  EXPECT_EQ(user.received.size(), 1000U);
  expect({.seq = 1, .ack = 1001, .win = 1000}, "window update");
}

TEST_F(dialogue, a_paused_session_closes_the_window_and_a_drain_opens_it) {
  start({.receive_buffer_bytes = 8000});
  establish({.mss = 1460});
  user.below->pause_reading();
  std::uint32_t seq = 1;
  for (int i = 0; i < 5; ++i) {
    send({.seq = seq, .ack = 1, .text = std::string(1460, 'x')});
    seq += 1460;
  }
  send({.seq = seq, .ack = 1, .text = std::string(700, 'y')});
  clock_.advance(41ms);
  iterate();
  EXPECT_EQ(said.back().win, 0U);
  EXPECT_EQ(user.offers, 0U);
  said.clear();
  // Probes of the peer: one byte, and an old number.
  send({.seq = seq + 700, .ack = 1, .text = "z"});
  expect({.seq = 1, .ack = 8001, .win = 0});
  send({.seq = 8000, .ack = 1});
  expect({.seq = 1, .ack = 8001, .win = 0});
  user.below->resume_reading();
  EXPECT_EQ(user.offers, 0U) << "not from within the call";
  iterate();
  EXPECT_EQ(user.received.size(), 8000U);
  expect({.seq = 1, .ack = 8001, .win = 8000});
}

TEST_F(dialogue, the_window_does_not_open_in_silly_steps) {
  start({.receive_buffer_bytes = 8000});
  establish({.mss = 1460});
  user.takes_at_most = 0;
  for (std::uint32_t i = 0; i < 8; ++i)
    send({.seq = 1 + 1000 * i, .ack = 1, .text = std::string(1000, 'x')});
  clock_.advance(41ms);
  iterate();
  EXPECT_EQ(said.back().win, 0U);
  said.clear();
  user.takes_at_most = 500;
  user.below->pause_reading();
  user.below->resume_reading();
  iterate();
  EXPECT_EQ(user.received.size(), 500U);
  expect_silence();
}

TEST_F(dialogue, what_a_session_leaves_is_offered_again_with_the_next_bytes) {
  establish();
  user.takes_at_most = 2;
  send({.seq = 1, .ack = 1, .text = "abc"});
  EXPECT_EQ(user.received, "ab");
  iterate();
  EXPECT_EQ(user.offers, 1U);
  user.takes_at_most = 100;
  send({.seq = 4, .ack = 1, .text = "def"});
  EXPECT_EQ(user.received, "abcdef");
}

TEST_F(dialogue, end_of_stream_waits_for_a_paused_session) {
  establish();
  user.below->pause_reading();
  send({.flags = "AF", .seq = 1, .ack = 1, .text = "abc"});
  EXPECT_EQ(user.ends_of_stream, 0U);
  user.below->resume_reading();
  iterate();
  EXPECT_EQ(user.received, "abc");
  EXPECT_EQ(user.ends_of_stream, 1U);
}

TEST_F(dialogue, one_byte_segments_to_a_paused_session_pin_no_frames) {
  establish();
  user.below->pause_reading();
  for (std::uint32_t i = 0; i < 5000; ++i) send({.seq = 1 + i, .ack = 1, .text = "x"});
  EXPECT_EQ(frames_->in_use(), 0U);
  EXPECT_LE(memory_->used_bytes(), 64U * 1024);
  user.below->resume_reading();
  iterate();
  EXPECT_EQ(user.received, std::string(5000, 'x'));
}

TEST_F(dialogue, one_byte_segments_that_a_session_leaves_unread_pin_few_frames) {
  establish();
  user.takes_at_most = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) send({.seq = 1 + i, .ack = 1, .text = "x"});
  EXPECT_LE(frames_->in_use(), 2 * limits::unread_slices_max);
  user.takes_at_most = 10000;
  send({.seq = 5001, .ack = 1, .text = "y"});
  EXPECT_EQ(user.received, std::string(5000, 'x') + "y");
}

TEST_F(dialogue, one_byte_pieces_out_of_order_are_bounded_and_counted) {
  establish();
  for (std::uint32_t i = 0; i < 3000; ++i) send({.seq = 3 + 2 * i, .ack = 1, .text = "x"});
  EXPECT_EQ(frames_->in_use(), 0U);
  EXPECT_LE(memory_->used_bytes(), 2U * 256 * 1024 + limits::footprint_slack);
  EXPECT_GT(stack_->counts().reassembly_dropped.value(), 0U);
}

TEST_F(dialogue, paused_sessions_leave_the_last_quarter_of_the_frames_free) {
  start({.receive_buffer_bytes = 1024 * 1024}, 100);
  establish({.mss = 1460, .ws = 7});
  user.below->pause_reading();
  for (std::uint32_t i = 0; i < 300; ++i)
    send({.seq = 1 + 1460 * i, .ack = 1, .text = std::string(1460, 'x')});
  EXPECT_GE(frames_->available(), 20U);
  user.below->resume_reading();
  iterate();
  EXPECT_EQ(user.received.size(), 300U * 1460);
}

TEST_F(dialogue, a_dry_arena_drops_and_counts_and_the_peer_repeats) {
  establish();
  user.below->pause_reading();
  std::vector<slice> taken;
  while (buffer* block = memory_->take(2048)) taken.emplace_back(*block, block->bytes, 0U);
  send({.seq = 1, .ack = 1, .text = "x"});
  expect({.seq = 1, .ack = 1});
  EXPECT_EQ(stack_->counts().receive_dropped.value(), 1U);
  taken.clear();
  send({.seq = 1, .ack = 1, .text = "x"});
  user.below->resume_reading();
  iterate();
  EXPECT_EQ(user.received, "x");
}

}  // namespace wirebird::tcp
