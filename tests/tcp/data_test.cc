#include "dataplane/tcp/segment_checksum.hh"
#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

TEST_F(dialogue, data_in_order_is_delivered_and_acknowledged_late) {
  establish();
  send({.flags = "AP", .seq = 1, .ack = 1, .text = "hello"});
  EXPECT_EQ(user.received, "hello");
  silence_for(39ms);
  clock_.advance(2ms);
  iterate();
  expect({.seq = 1, .ack = 6});
  EXPECT_EQ(stack_->counts().delayed_acks.value(), 1U);
}

TEST_F(dialogue, second_full_segment_is_acknowledged_at_once) {
  establish({.mss = 1460});
  send({.seq = 1, .ack = 1, .text = std::string(1460, 'a')});
  expect_silence();
  send({.seq = 1461, .ack = 1, .text = std::string(1460, 'b')});
  expect({.seq = 1, .ack = 2921});
  silence_for(1s);
}

TEST_F(dialogue, outgoing_data_carries_the_acknowledgement) {
  establish();
  send({.flags = "AP", .seq = 1, .ack = 1, .text = "ping"});
  write("pong");
  expect({.flags = "AP", .seq = 1, .ack = 5, .text = "pong"});
  send({.seq = 5, .ack = 5});
  silence_for(1s);
  EXPECT_EQ(user.progress, 1U);
  EXPECT_TRUE(open_connection->output().empty());
}

TEST_F(dialogue, output_is_cut_into_full_segments_with_push_on_the_last) {
  establish({.mss = 1000});
  write(std::string(2500, 'x'));
  expect({.flags = "A", .seq = 1, .ack = 1, .text = std::string(1000, 'x')});
  expect({.flags = "A", .seq = 1001, .ack = 1, .text = std::string(1000, 'x')});
  expect({.flags = "AP", .seq = 2001, .ack = 1, .text = std::string(500, 'x')});
  expect_silence();
}

TEST_F(dialogue, initial_window_is_ten_segments) {
  establish({.mss = 1460});
  write(std::string(30 * 1460, 'x'));
  EXPECT_EQ(said.size(), 10U);
}

TEST_F(dialogue, congestion_window_does_not_grow_while_the_application_is_the_limit) {
  establish({.mss = 1000});
  std::uint32_t seq = 1;
  for (int i = 0; i < 50; ++i) {
    write("0123456789");
    said.clear();
    seq += 10;
    send({.seq = 1, .ack = seq});
  }
  write(std::string(60000, 'x'));
  EXPECT_EQ(said.size(), 10U) << story();
}

TEST_F(dialogue, small_writes_leave_at_once) {
  establish();
  write("a");
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = "a"});
  write("b");
  expect({.flags = "AP", .seq = 2, .ack = 1, .text = "b"});
}

TEST_F(dialogue, what_finds_no_room_in_the_sink_follows_later) {
  establish({.mss = 1000});
  room_left = 2;
  write(std::string(5000, 'x'));
  EXPECT_EQ(said.size(), 2U);
  EXPECT_TRUE(stack_->has_work());
  room_left = 100;
  iterate();
  EXPECT_EQ(said.size(), 5U);
  EXPECT_FALSE(stack_->has_work());
}

TEST_F(dialogue, an_empty_frame_pool_delays_output_and_is_counted) {
  establish();
  std::vector<frame> taken;
  while (frame one = frames_->take()) taken.push_back(std::move(one));
  write("hello");
  expect_silence();
  EXPECT_GT(stack_->counts().no_frame.value(), 0U);
  taken.clear();
  iterate();
  expect({.flags = "AP", .seq = 1, .ack = 1, .text = "hello"});
}

TEST_F(dialogue, wrong_checksum_is_dropped_and_counted) {
  establish();
  datagram packet = to_datagram({.seq = 1, .ack = 1, .text = "hello"}, peer_.port);
  packet.payload.writable()[21] ^= 1;
  input(std::move(packet));
  iterate();
  EXPECT_EQ(user.received, "");
  EXPECT_EQ(stack_->counts().checksum_wrong.value(), 1U);
  EXPECT_EQ(stack_->counts().checksum_partial.value(), 0U);
}

TEST_F(dialogue, checksum_that_the_sender_left_to_its_card_is_dropped_and_counted_apart) {
  establish();
  datagram packet = to_datagram({.seq = 1, .ack = 1, .text = "hello"}, peer_.port);
  store_be16(packet.payload.writable().data() + 16, 0);
  fill_checksum(packet, true);
  packet.payload.marks() = {};
  input(std::move(packet));
  iterate();
  EXPECT_EQ(user.received, "");
  EXPECT_EQ(stack_->counts().checksum_wrong.value(), 1U);
  EXPECT_EQ(stack_->counts().checksum_partial.value(), 1U);
}

TEST_F(dialogue, the_window_of_a_repetition_counts_when_it_acknowledges_something_new) {
  establish({.mss = 1000}, 4000);
  write(std::string(3000, 'x'));
  said.clear();
  send({.seq = 6, .ack = 1, .text = "later", .win = 4000});
  said.clear();
  // The peer repeats its first bytes, has read nothing, and has room for 1000 more than it had.
  send({.seq = 1, .ack = 3001, .text = "first", .win = 1000});
  said.clear();
  write(std::string(5000, 'y'));
  expect({.seq = 3001, .ack = 11, .text = std::string(1000, 'y')});
  expect_silence();
}

}  // namespace wirebird::tcp
