#include "dataplane/tcp/limits.hh"
#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

// RFC 4987 3.6.
class syn_cookies_test : public dialogue {
 protected:
  syn_cookies_test() { start({.half_open_max = 0}); }

  /// The peer's SYN. returns: our SYN-ACK.
  spoken ask(spoken syn) {
    syn.flags = "S";
    send(syn);
    EXPECT_EQ(said.size(), 1U);
    const spoken answer = said.empty() ? spoken{} : said.front();
    EXPECT_EQ(answer.flags, "SA");
    said.clear();
    return answer;
  }
};

TEST_F(syn_cookies_test, take_over_when_the_syn_queue_is_full_and_keep_nothing) {
  start({.half_open_max = 2});
  for (std::uint16_t from = 1000; from < 1010; ++from) send_from(from, {.flags = "S"});
  EXPECT_EQ(said.size(), 10U);
  EXPECT_EQ(stack_->half_open_connections(), 2U);
  EXPECT_EQ(stack_->counts().cookies_sent.value(), 8U);
  EXPECT_EQ(frames_->in_use(), 0U);
  said.clear();
  for (const std::uint16_t from : {std::uint16_t{1000}, std::uint16_t{1009}})
    send_from(from, {.seq = 1, .ack = 1});
  EXPECT_EQ(accepts, 2U) << "both kinds of handshake work";
  EXPECT_EQ(stack_->counts().cookies_accepted.value(), 1U);
  expect_silence();
}

TEST_F(syn_cookies_test, timestamps_carry_sack_and_the_window_shift) {
  const spoken answer = ask({.mss = 1460, .ws = 3, .sack_ok = true, .ts = 100});
  EXPECT_TRUE(answer.ws && answer.sack_ok && answer.ts);
  send({.seq = 1, .ack = 1, .win = 100, .ts = 101, .echo = answer.ts});
  ASSERT_NE(open_connection, nullptr);
  write(std::string(3000, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(800, 'x'), .echo = 101}, "100 << 3");
  send({.seq = 4, .ack = 801, .text = "later", .win = 100, .ts = 102, .echo = answer.ts});
  bool sacked = false;
  for (const spoken& each : said) sacked = sacked || !each.sack.empty();
  EXPECT_TRUE(sacked);
  said.clear();
}

TEST_F(syn_cookies_test, without_timestamps_nothing_is_offered_that_could_not_be_kept) {
  const spoken answer = ask({.mss = 1460, .ws = 3, .sack_ok = true});
  EXPECT_FALSE(answer.ws || answer.sack_ok || answer.ts);
  send({.seq = 1, .ack = 1, .win = 900});
  ASSERT_NE(open_connection, nullptr);
  write(std::string(1000, 'x'));
  expect({.seq = 1, .ack = 1, .text = std::string(900, 'x')}, "no shift");
}

TEST_F(syn_cookies_test, the_mss_is_rounded_down) {
  const std::pair<std::uint16_t, std::uint32_t> cases[] = {
      {1460, 1460}, {1459, 1440}, {1300, 1220}, {536, 536}, {300, 216}, {1, 216}, {9000, 1460}};
  std::uint16_t from = 1000;
  for (const auto& [said_mss, kept] : cases) {
    send_from(++from, {.flags = "S", .mss = said_mss});
    send_from(from, {.seq = 1, .ack = 1});
    said.clear();
    write(std::string(1460, 'x'));
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said.front().text.size(), kept) << said_mss;
    said.clear();
    user = recorder{};
  }
}

TEST_F(syn_cookies_test, data_in_the_third_segment_is_taken) {
  ask({});
  send({.flags = "AP", .seq = 1, .ack = 1, .text = "CONNECT"});
  EXPECT_EQ(user.received, "CONNECT");
}

TEST_F(syn_cookies_test, guesses_and_changed_numbers_open_nothing) {
  ask({});
  send({.seq = 1, .ack = 2});
  send({.seq = 2, .ack = 1});
  our_iss[1000] = our_iss[peer_.port];
  send_from(1000, {.seq = 1, .ack = 1});
  EXPECT_EQ(stack_->counts().cookies_wrong.value(), 3U);
  EXPECT_EQ(open_connection, nullptr);
  expect_silence();
}

TEST_F(syn_cookies_test, text_that_overtook_the_third_segment_does_no_harm) {
  ask({});
  send({.seq = 4, .ack = 1, .text = "def"});
  expect_silence();
  send({.seq = 1, .ack = 1, .text = "abc"});
  send({.seq = 4, .ack = 1, .text = "def"});
  EXPECT_EQ(user.received, "abcdef");
  said.clear();
}

TEST_F(syn_cookies_test, live_for_one_to_two_periods) {
  start({.keepalive_idle = duration::zero(), .half_open_max = 0});
  ask({});
  clock_.advance(limits::cookie_period);
  send({.seq = 1, .ack = 1});
  EXPECT_NE(open_connection, nullptr);
  peer_.port = 1000;
  open_connection = nullptr;
  ask({});
  clock_.advance(2 * limits::cookie_period);
  send({.seq = 1, .ack = 1});
  EXPECT_EQ(open_connection, nullptr);
  EXPECT_EQ(said.back().flags, "R");
  said.clear();
}

TEST_F(syn_cookies_test, are_not_looked_for_when_none_were_sent) {
  start({});
  send({.seq = 1, .ack = 1});
  EXPECT_EQ(said.back().flags, "R");
  EXPECT_EQ(stack_->counts().cookies_wrong.value(), 0U);
  said.clear();
}

TEST_F(syn_cookies_test, respect_the_limit_of_connections) {
  start({.connections_max = 1, .half_open_max = 0});
  ask({});
  send_from(1000, {.flags = "S"});
  said.clear();
  send({.seq = 1, .ack = 1});
  EXPECT_EQ(accepts, 1U);
  send_from(1000, {.seq = 1, .ack = 1});
  EXPECT_EQ(accepts, 1U);
  EXPECT_EQ(stack_->counts().syns_refused.value(), 1U);
  expect_silence();
}

}  // namespace wirebird::tcp
