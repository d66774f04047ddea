// The reference's list of traps, each with the text whole and byte by byte.
#include "tests/broker/world.hh"

#include <algorithm>
#include <string>

namespace wirebird::broker {
namespace {

const std::string unknown = "-ERR 'Unknown Protocol Operation'\r\n";
const std::string no_responders_503 = "HMSG _INBOX.1 5 16 16\r\nNATS/1.0 503\r\n\r\n\r\n";

class traps : public testing::TestWithParam<std::size_t> {
 protected:
  traps() { around.options_.piece_bytes = GetParam(); }
  /// A quiet client sends `text`. returns: all that it gets.
  std::string answer(std::string_view text) { return around.connect_quiet().ask(text); }
  /// The same for a text after which the connection must be closed, for this reason.
  std::string last_words(std::string_view text, std::string_view reason) {
    client one = around.connect_quiet();
    std::string got = one.ask(text);
    EXPECT_FALSE(one.is_open());
    EXPECT_EQ(around.events.last_reason, reason);
    return got;
  }
  world around;
};

TEST_P(traps, info_ends_with_a_blank_before_the_line_end) {
  const std::string info = around.connect().take();
  EXPECT_TRUE(info.starts_with("INFO {\"server_id\":\"NTEST\"")) << info;
  EXPECT_TRUE(info.ends_with("} \r\n")) << info;
  EXPECT_NE(info.find("\"client_id\":4,\"client_ip\":\"10.0.0.2\""), std::string::npos) << info;
}

TEST_P(traps, verbose_is_the_default) {
  client one = around.connect();
  static_cast<void>(one.take());
  EXPECT_EQ(one.ask("CONNECT {}\r\nPING\r\n"), "+OK\r\nPONG\r\n");
}

TEST_P(traps, connect_may_be_left_out) {
  client one = around.connect();
  static_cast<void>(one.take());
  EXPECT_EQ(one.ask("SUB foo 1\r\n"), "+OK\r\n");
  EXPECT_EQ(one.ask("PUB foo 2\r\nhi\r\n"), "+OK\r\nMSG foo 1 2\r\nhi\r\n");
}

TEST_P(traps, first_ping_is_answered_by_pong_alone) {
  EXPECT_EQ(answer("PING\r\n"), "PONG\r\n");
}

TEST_P(traps, verbs_in_any_case_and_any_blanks) {
  EXPECT_EQ(answer("sub\t foo \t1 \r\npub foo  2\r\nhi\r\n"), "MSG foo 1 2\r\nhi\r\n");
}

TEST_P(traps, bare_line_feed_ends_a_control_line) {
  EXPECT_EQ(answer("SUB foo 1\nPING\n"), "PONG\r\n");
}

TEST_P(traps, payload_without_cr_lf_closes) {
  EXPECT_EQ(last_words("SUB foo 1\r\nPUB foo 2\r\nhi\n", "Protocol Violation"), unknown);
  EXPECT_EQ(last_words("PUB foo 2\r\nhixx", "Protocol Violation"), unknown);
  EXPECT_EQ(last_words("PUB foo 2\r\nhi\rx", "Protocol Violation"), unknown);
}

TEST_P(traps, first_wrong_byte_closes_at_once) {
  for (const char* wrong : {"Z", "\r\n", " PING", "UNSUB\r\n", "MSG foo 1 0\r\n\r\n"})
    EXPECT_EQ(last_words(wrong, "Protocol Violation"), unknown) << wrong;
}

TEST_P(traps, ping_ignores_what_follows) {
  EXPECT_EQ(answer("PINGabc\r\n"), "PONG\r\n");
}

TEST_P(traps, size_digits_are_echoed) {
  EXPECT_EQ(answer("SUB foo 1\r\nPUB foo 0002\r\nhi\r\n"), "MSG foo 1 0002\r\nhi\r\n");
}

TEST_P(traps, wrong_arguments_close_silently) {
  for (const char* wrong :
       {"PUB foo 0000000002\r\n", "PUB foo\r\n", "SUB foo\r\n", "PUB foo -1\r\n", "SUB a b c d\r\n",
        "UNSUB a b c\r\n", "HPUB foo 3 2\r\n"})
    EXPECT_EQ(last_words(wrong, "Protocol Violation"), "") << wrong;
}

TEST_P(traps, announced_size_above_max_payload_closes_before_the_payload) {
  EXPECT_EQ(last_words("PUB foo 1048577\r\n", "Maximum Message Payload Exceeded"),
            "-ERR 'Maximum Payload Violation'\r\n");
  EXPECT_TRUE(std::ranges::any_of(around.events.lines, [](const std::string& line) {
    return line.ends_with("maximum payload exceeded: 1048577 vs 1048576");
  }));
  client one = around.connect_quiet();
  EXPECT_EQ(one.ask("PUB foo 1048576\r\n"), "");
  EXPECT_TRUE(one.is_open());
}

TEST_P(traps, control_line_limit_counts_argument_bytes) {
  EXPECT_EQ(last_words("SUB " + std::string(4095, 'a') + " 1\r\n", "Maximum Control Line Exceeded"),
            "-ERR 'maximum control line exceeded'\r\n");
  EXPECT_EQ(answer("SUB    " + std::string(4094, 'a') + " 1\r\nPING\r\n"), "PONG\r\n");
  EXPECT_EQ(last_words("SUB " + std::string(4097, 'a'), "Maximum Control Line Exceeded"),
            "-ERR 'maximum control line exceeded'\r\n");
}

TEST_P(traps, sid_is_free_again_after_invalid_subject) {
  EXPECT_EQ(answer("SUB foo..bar 7\r\nSUB foo 7\r\nPUB foo 1\r\na\r\n"),
            "-ERR 'Invalid Subject'\r\nMSG foo 7 1\r\na\r\n");
}

TEST_P(traps, empty_token_reaches_nobody) {
  EXPECT_EQ(answer("SUB > 1\r\nPUB foo..bar 2\r\nhi\r\nPUB .a 0\r\n\r\nPUB a. 0\r\n\r\n"), "");
  client strict = around.connect(R"({"verbose":false})");
  EXPECT_EQ(strict.ask("SUB > 1\r\nPUB foo..bar 2\r\nhi\r\n"),
            "-ERR 'Invalid Publish Subject'\r\n");
  EXPECT_TRUE(strict.is_open());
}

TEST_P(traps, published_wildcard_is_literal) {
  EXPECT_EQ(answer("SUB foo.* 1\r\nSUB foo.bar 2\r\nPUB foo.* 2\r\nhi\r\n"),
            "MSG foo.* 1 2\r\nhi\r\n");
  client strict = around.connect(R"({"verbose":false})");
  EXPECT_EQ(strict.ask("SUB foo.> 1\r\nPUB foo.* 2\r\nhi\r\n"),
            "-ERR 'Invalid Publish Subject'\r\nMSG foo.* 1 2\r\nhi\r\n");
}

TEST_P(traps, wildcard_characters_inside_tokens_are_ordinary) {
  EXPECT_EQ(
      answer("SUB foo* 1\r\nSUB >x 2\r\nPUB foo* 0\r\n\r\nPUB fooa 0\r\n\r\nPUB yx 0\r\n\r\n"),
      "MSG foo* 1 0\r\n\r\n");
}

TEST_P(traps, full_wildcard_wants_one_more_token) {
  EXPECT_EQ(answer("SUB foo.> 1\r\nPUB foo 0\r\n\r\n"), "");
}

TEST_P(traps, duplicate_sid_is_ignored) {
  EXPECT_EQ(answer("SUB foo 1\r\nSUB bar 1\r\nPUB foo 1\r\na\r\nPUB bar 1\r\nb\r\n"),
            "MSG foo 1 1\r\na\r\n");
  client loud = around.connect("{}");
  EXPECT_EQ(loud.ask("SUB foo 1\r\nSUB bar 1\r\n"), "+OK\r\n+OK\r\n");
}

TEST_P(traps, unsub_maximum_counts_from_sub) {
  const std::string two = "SUB foo 1\r\nPUB foo 0\r\n\r\nPUB foo 0\r\n\r\n";
  const std::string message = "MSG foo 1 0\r\n\r\n";
  const std::string more = "PUB foo 0\r\n\r\nPUB foo 0\r\n\r\n";
  EXPECT_EQ(answer(two + "UNSUB 1 3\r\n" + more), message + message + message);
  for (const char* none :
       {"UNSUB 1 2\r\n", "UNSUB 1 0\r\n", "UNSUB 1 x\r\n", "UNSUB 1\r\n", "UNSUB 1 0000000009\r\n"})
    EXPECT_EQ(answer(two + none + more), message + message) << none;
  EXPECT_EQ(answer(two + "UNSUB 1 9\r\nUNSUB 1 3\r\n" + more), message + message + message);
  EXPECT_EQ(around.broker_->subscriptions(), 0U);
}

TEST_P(traps, unsub_of_an_unknown_sid_is_fine) {
  EXPECT_EQ(answer("UNSUB 99\r\nPING\r\n"), "PONG\r\n");
  client loud = around.connect("{}");
  EXPECT_EQ(loud.ask("UNSUB 99\r\n"), "+OK\r\n");
}

TEST_P(traps, queue_name_is_one_group_across_subjects) {
  const std::string got = answer("SUB m g1 1\r\nSUB > g1 2\r\nPUB m 0\r\n\r\n");
  EXPECT_TRUE(got == "MSG m 1 0\r\n\r\n" || got == "MSG m 2 0\r\n\r\n") << got;
}

TEST_P(traps, no_responders_reply_goes_to_the_own_plain_inbox) {
  EXPECT_EQ(answer("SUB _INBOX.* 5\r\nPUB nobody _INBOX.1 0\r\n\r\n"), no_responders_503);
  EXPECT_EQ(answer("SUB _INBOX.* q 5\r\nPUB nobody _INBOX.1 0\r\n\r\n"), "");
  client other = around.connect_quiet();
  other.send("SUB _INBOX.1 5\r\n");
  EXPECT_EQ(answer("PUB nobody _INBOX.1 0\r\n\r\n"), "");
  EXPECT_EQ(other.take(), "");
  EXPECT_EQ(around.counts().no_responders.value(), 1U);
}

TEST_P(traps, own_subscription_is_no_responder_without_echo) {
  client silent =
      around.connect(R"({"verbose":false,"echo":false,"headers":true,"no_responders":true})");
  EXPECT_EQ(silent.ask("SUB foo 1\r\nSUB in 3\r\nPUB foo in 1\r\na\r\n"),
            "HMSG in 3 16 16\r\nNATS/1.0 503\r\n\r\n\r\n");
}

TEST_P(traps, headers_go_to_those_who_know_them) {
  client plain = around.connect(R"({"verbose":false})");
  plain.send("SUB foo 1\r\n");
  const std::string published = "HPUB foo r 22 24\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhi\r\n";
  EXPECT_EQ(answer("SUB foo 2\r\n" + published),
            "HMSG foo 2 r 22 24\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhi\r\n");
  EXPECT_EQ(plain.take(), "MSG foo 1 r 2\r\nhi\r\n");
  EXPECT_EQ(answer("SUB foo 2\r\nHPUB foo 0 2\r\nhi\r\n"), "MSG foo 2 2\r\nhi\r\n");
  EXPECT_EQ(answer("SUB foo 5\r\nHPUB foo 2 4\r\nabhi\r\n"), "HMSG foo 5 2 4\r\nabhi\r\n");
}

TEST_P(traps, hpub_without_agreed_headers_closes_silently) {
  client plain = around.connect(R"({"verbose":false})");
  EXPECT_EQ(plain.ask("HPUB foo 2 4\r\nabhi\r\n"), "");
  EXPECT_FALSE(plain.is_open());
  EXPECT_EQ(around.counts().headers_not_agreed.value(), 1U);
}

TEST_P(traps, connect_that_cannot_be_served_closes) {
  const auto last = [&](std::string_view json) {
    client one = around.connect();
    static_cast<void>(one.take());
    std::string got = one.ask("CONNECT " + std::string(json) + "\r\n");
    EXPECT_FALSE(one.is_open());
    return got + around.events.last_reason;
  };
  EXPECT_EQ(last(R"({"protocol":2})"),
            "-ERR 'invalid client protocol'\r\nBad Client Protocol Version");
  EXPECT_EQ(last(R"({"no_responders":true})"),
            "-ERR 'no responders requires headers support'\r\nNo Responders Requires Headers");
  EXPECT_EQ(last("{\"verbose\":"), "Protocol Violation");
  EXPECT_EQ(last(R"({"verbose":3})"), "Protocol Violation");
  EXPECT_EQ(last(R"({"account":"A"})"), "-ERR 'Authorization Violation'\r\nAuthentication Failure");
  EXPECT_EQ(last(R"({"new_account":true})"),
            "-ERR 'Authorization Violation'\r\nAuthentication Failure");
}

TEST_P(traps, connect_is_merged_into_what_was_said_before) {
  client one = around.connect(R"({"verbose":false,"name":"n"})");
  EXPECT_EQ(one.ask("CONNECT {\"echo\":false}\r\nSUB a 1\r\nPUB a 0\r\n\r\nPING\r\n"), "PONG\r\n");
  EXPECT_EQ(one.ask("CONNECT {\"verbose\":true}\r\nUNSUB 1\r\n"), "+OK\r\n+OK\r\n");
}

TEST_P(traps, reserved_names_are_refused_and_the_connection_stays) {
  client loud = around.connect("{}");
  EXPECT_EQ(loud.ask("PUB _GR_.a 1\r\nx\r\n"),
            "-ERR 'Permissions Violation for Publish to \"_GR_.a\"'\r\n");
  EXPECT_EQ(loud.ask("PUB a _R_.b 0\r\n\r\n"),
            "-ERR 'Permissions Violation for Publish with Reply of \"_R_.b\"'\r\n");
  EXPECT_EQ(loud.ask("PUB a $JS.ACK.b 0\r\n\r\n"),
            "-ERR 'Permissions Violation for Publish with Reply of \"$JS.ACK.b\"'\r\n");
  EXPECT_EQ(loud.ask("SUB a _sys_ 1\r\n"),
            "-ERR 'Permissions Violation for Subscription to \"a\" using queue \"_sys_\"'\r\n");
  EXPECT_EQ(loud.ask("SUB _GR_.> 1\r\n"), "+OK\r\n");
  EXPECT_EQ(loud.ask("PUB _GR_.a\"b\\c\xff\x01\tx 0\r\n\r\n").substr(0, 70),
            "-ERR 'Permissions Violation for Publish to \"_GR_.a\\\"b\\\\c\\xff\\x01\"'\r\n");
  EXPECT_EQ(around.counts().in_msgs.value(), 4U) << "refused publishes count as received";
  EXPECT_EQ(around.counts().out_msgs.value(), 0U);
}

TEST_P(traps, a_bare_reserved_prefix_is_as_good_as_any_subject) {
  client loud = around.connect(R"({"verbose":true,"pedantic":false})");
  EXPECT_EQ(loud.ask("PUB _GR_. 1\r\nx\r\n"), "+OK\r\n");
  EXPECT_EQ(loud.ask("PUB a _GR_. 0\r\n\r\n"), "+OK\r\n");
  EXPECT_EQ(loud.ask("PUB a $JS.ACK. 0\r\n\r\n"), "+OK\r\n");
  EXPECT_EQ(loud.ask("PUB a _R_. 0\r\n\r\n"),
            "-ERR 'Permissions Violation for Publish with Reply of \"_R_.\"'\r\n");
}

TEST_P(traps, error_from_the_client_closes_without_a_word) {
  EXPECT_EQ(last_words("-ERR 'go away'\r\n", "Parse Error"), "");
  EXPECT_EQ(last_words("INFO {\r\n", "Protocol Violation"), "");
  EXPECT_EQ(answer("INFO {}\r\n+OK\r\nPONG\r\nPING\r\n"), "PONG\r\n");
}

INSTANTIATE_TEST_SUITE_P(, traps, testing::Values(std::size_t{65536}, std::size_t{1}),
                         [](const auto& pieces) {
                           return pieces.param == 1 ? "byte_by_byte" : "whole";
                         });

}  // namespace
}  // namespace wirebird::broker
