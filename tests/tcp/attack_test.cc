#include "dataplane/tcp/limits.hh"
#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

// Segments for nobody.

TEST_F(dialogue, a_syn_to_a_closed_port_is_refused) {
  here_.port = 1;
  send({.flags = "S"});
  expect({.flags = "AR", .seq = 0, .ack = 1});
  EXPECT_EQ(stack_->counts().no_connection.value(), 1U);
}

TEST_F(dialogue, a_reset_for_no_connection_is_not_answered) {
  send({.flags = "R", .seq = 1});
  send({.flags = "AR", .seq = 1, .ack = 1});
  expect_silence();
}

TEST_F(dialogue, an_ack_for_no_connection_is_refused_with_its_own_number) {
  send({.flags = "A", .seq = 5, .ack = 77});
  expect({.flags = "R", .seq = 77, .ack = 0});
}

TEST_F(dialogue, refusals_are_limited_per_second) {
  start({.resets_per_second = 10});
  for (std::uint16_t i = 0; i < 30; ++i) send_from(static_cast<std::uint16_t>(100 + i), {});
  EXPECT_EQ(said.size(), 10U);
  EXPECT_EQ(stack_->counts().resets_withheld.value(), 20U);
  clock_.advance(1s);
  said.clear();
  send({});
  EXPECT_EQ(said.size(), 1U);
}

// RFC 5961.

TEST_F(dialogue, only_the_exact_reset_ends_a_connection) {
  establish();
  send({.flags = "R", .seq = 2});
  expect({.seq = 1, .ack = 1}, "in the window: a challenge");
  send({.flags = "R", .seq = 100000000});
  expect_silence();
  send({.flags = "R", .seq = 1});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_reset);
  EXPECT_EQ(stack_->connections(), 0U);
  expect_silence();
}

TEST_F(dialogue, a_syn_on_a_connection_is_challenged) {
  establish();
  send({.flags = "S", .seq = 1000});
  expect({.seq = 1, .ack = 1});
  send({.flags = "S", .seq = 0});
  expect({.seq = 1, .ack = 1});
  EXPECT_FALSE(user.ended);
}

TEST_F(dialogue, acks_of_unsent_data_and_of_the_far_past_are_challenged) {
  establish();
  send({.seq = 1, .ack = 100, .text = "evil"});
  expect({.seq = 1, .ack = 1});
  send({.seq = 1, .ack = 0x80000000 - 5, .text = "evil"});
  expect({.seq = 1, .ack = 1});
  EXPECT_EQ(user.received, "");
  EXPECT_EQ(stack_->counts().bad_ack.value(), 2U);
}

TEST_F(dialogue, challenges_are_throttled) {
  establish();
  for (int i = 0; i < 100; ++i) send({.flags = "S", .seq = 1000});
  EXPECT_EQ(said.size(), limits::challenge_acks_per_second);
  said.clear();
  clock_.advance(1001ms);
  send({.flags = "S", .seq = 1000});
  EXPECT_EQ(said.size(), 1U);
}

// PAWS.

TEST_F(dialogue, segments_with_old_timestamps_are_dropped) {
  establish({.ts = 1000});
  send({.seq = 1, .ack = 1, .text = "new", .ts = 2000});
  skip_for(100ms);
  send({.seq = 4, .ack = 1, .text = "old", .ts = 1500});
  expect({.seq = 1, .ack = 4, .echo = 2000});
  EXPECT_EQ(user.received, "new");
  EXPECT_EQ(stack_->counts().paws_dropped.value(), 1U);
  send({.seq = 4, .ack = 1, .text = "none"});
  EXPECT_EQ(stack_->counts().stamps_missing.value(), 1U);
  send({.flags = "R", .seq = 4});
  iterate();
  EXPECT_EQ(user.ended, end_reason::peer_reset) << "a RST needs none";
}

TEST_F(dialogue, a_forged_stamp_from_the_future_does_not_shut_the_peer_out) {
  establish({.ts = 1000});
  send({.seq = 1, .ack = 500, .text = "evil", .ts = 900000});
  said.clear();
  send({.seq = 1, .ack = 1, .text = "good", .ts = 1002});
  EXPECT_EQ(user.received, "good");
}

// Malformed.

TEST_F(dialogue, headers_of_every_length_and_options_at_the_end_are_survived) {
  establish();
  std::vector<std::uint8_t> syn(60, 1);  // NOPs where options are
  store_be16(syn.data(), 999);
  store_be16(syn.data() + 2, port);
  syn[13] = 2;
  for (std::uint8_t words = 0; words < 16; ++words) {
    syn[12] = static_cast<std::uint8_t>(words << 4);
    for (std::size_t size = 0; size <= syn.size(); ++size) {
      for (const int kind : {0, 1, 2, 3, 4, 5, 8, 30, 255}) {
        std::vector<std::uint8_t> bytes(syn.begin(),
                                        syn.begin() + static_cast<std::ptrdiff_t>(size));
        if (size > 20) bytes.back() = static_cast<std::uint8_t>(kind);
        if (size > 21) bytes[size - 2] = static_cast<std::uint8_t>(kind);
        if (size > 22) bytes[size - 3] = 200;
        send_raw(std::move(bytes));
      }
    }
  }
  EXPECT_GT(stack_->counts().malformed.value(), 0U);
  EXPECT_GT(stack_->counts().options_cut.value(), 0U);
  EXPECT_LE(stack_->connections(), 2U);
}

TEST_F(dialogue, a_segment_from_our_own_endpoint_is_dropped) {
  peer_ = here_;
  send({.flags = "S"});
  expect_silence();
  EXPECT_EQ(stack_->counts().malformed.value(), 1U);
}

TEST_F(dialogue, random_segments_do_no_harm) {
  const std::uint64_t seed = 20261121;
  SCOPED_TRACE("seed " + std::to_string(seed));
  random dice(seed);
  static constexpr const char* kinds[] = {"A", "A", "AP", "S", "SA", "F", "AF", "R", "AR", "", "P"};
  for (int round = 0; round < 200; ++round) {
    user = recorder{};
    accepts = 0;
    open_connection = nullptr;
    const auto from = static_cast<std::uint16_t>(1000 + round);
    for (int i = 0; i < 60; ++i) {
      spoken what;
      what.flags = i == 0 ? "S" : kinds[dice.below(std::size(kinds))];
      what.seq = i == 0 ? 0 : static_cast<std::uint32_t>(dice.below(40));
      what.ack = static_cast<std::uint32_t>(dice.below(6));
      if (i == 1) what = {.seq = 1, .ack = 1};
      if (dice.chance(1, 50)) what.seq += static_cast<std::uint32_t>(dice.next());
      what.text = std::string(i < 2 ? 0 : dice.below(20), 'r');
      what.win = dice.below(4) == 0 ? 0 : static_cast<std::uint32_t>(dice.below(65536));
      send_from(from, what);
      if (user.below != nullptr && dice.chance(1, 8)) {
        ASSERT_TRUE(user.below->output().append_copy(as_bytes("some output")));
        user.below->flush(clock_.now());
      }
      if (user.below != nullptr && dice.chance(1, 30)) user.below->close(clock_.now());
      clock_.advance(std::chrono::milliseconds(dice.below(300)));
      iterate();
      ASSERT_LE(user.ended_calls, accepts);
    }
    // Nothing of this round is to speak to the next one's recorder.
    if (user.below != nullptr) user.below->abort(clock_.now());
    iterate();
    said.clear();
  }
  skip_for(400s);
  EXPECT_LE(stack_->connections(), 200U);
}

}  // namespace wirebird::tcp
