#include "tests/tcp/dialogue.hh"

#include <functional>

namespace wirebird::tcp {

using stream::end_reason;

// RFC 9293 3.10.7.4: each state meets each segment that could end it or must not.
struct situation {
  const char* name;
  std::uint32_t peer_next;  ///< the peer's next number
  std::uint32_t our_next;
};

void PrintTo(const situation& what, std::ostream* out) {
  *out << what.name;
}

const situation situations[] = {{"established", 1, 1}, {"fin_wait_1", 1, 2}, {"fin_wait_2", 1, 2},
                                {"close_wait", 2, 1},  {"closing", 2, 2},    {"last_ack", 2, 2}};

class in_state : public dialogue, public ::testing::WithParamInterface<situation> {
 protected:
  void SetUp() override {
    const std::string wanted = GetParam().name;
    establish();
    const bool peer_first = wanted == "close_wait" || wanted == "last_ack";
    if (peer_first) send({.flags = "AF", .seq = 1, .ack = 1});
    if (wanted != "established" && wanted != "close_wait") user.below->close(clock_.now());
    iterate();
    if (wanted == "fin_wait_2") send({.seq = 1, .ack = 2});
    if (wanted == "closing") send({.flags = "AF", .seq = 1, .ack = 1});
    iterate();
    said.clear();
    ASSERT_EQ(stack_->connections(), 1U);
  }
  std::uint32_t peer_next() const { return GetParam().peer_next; }
  std::uint32_t our_next() const { return GetParam().our_next; }
  void expect_challenge() {
    ASSERT_EQ(said.size(), 1U);
    expect({.seq = our_next(), .ack = peer_next()});
    EXPECT_EQ(stack_->connections(), 1U);
  }
};

TEST_P(in_state, the_exact_reset_ends_it) {
  send({.flags = "R", .seq = peer_next()});
  iterate();
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(stack_->time_waits(), 0U);
  EXPECT_EQ(user.ended_calls, 1U);
  expect_silence();
}

TEST_P(in_state, a_reset_beside_the_exact_number_is_challenged) {
  send({.flags = "R", .seq = peer_next() + 1});
  expect_challenge();
  send({.flags = "R", .seq = peer_next() - 2});
  expect_silence();
  EXPECT_EQ(stack_->connections(), 1U);
}

TEST_P(in_state, a_syn_is_challenged) {
  send({.flags = "S", .seq = peer_next()});
  expect_challenge();
  send({.flags = "S", .seq = 0});
  expect_challenge();
}

TEST_P(in_state, an_ack_of_what_was_never_sent_is_challenged) {
  send({.seq = peer_next(), .ack = our_next() + 1});
  expect_challenge();
}

TEST_P(in_state, an_ack_of_the_far_past_is_challenged) {
  send({.seq = peer_next(), .ack = our_next() - 100000});
  expect_challenge();
}

TEST_P(in_state, a_segment_without_ack_is_dropped) {
  send({.flags = "", .seq = peer_next()});
  send({.flags = "F", .seq = peer_next()});
  expect_silence();
  EXPECT_EQ(stack_->connections(), 1U);
}

TEST_P(in_state, abort_tells_the_peer) {
  if (user.below == nullptr) return;  // the handler was let go already
  user.below->abort(clock_.now());
  expect({.flags = "AR", .seq = our_next(), .ack = peer_next()});
  iterate();
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(user.ended, end_reason::aborted_by_us);
}

TEST_P(in_state, silence_ends_it_in_bounded_time) {
  skip_for(400s);
  EXPECT_EQ(stack_->connections(), 0U);
  EXPECT_EQ(user.ended_calls, 1U);
}

INSTANTIATE_TEST_SUITE_P(states, in_state, ::testing::ValuesIn(situations),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace wirebird::tcp
