#include "tests/protocol/transcript.hh"

#include <gtest/gtest.h>

// Announced sizes that have hurt other servers (reference: promises and faults, advisory
// CVE-2019-13126), for each verb that carries a number.
namespace wirebird::protocol {
namespace {

constexpr limits default_limits;
constexpr std::uint32_t max = default_limits.max_payload;

/// What a verb makes of a size: the digits as a value, or an error.
std::string outcome(role reads, const std::string& line) {
  parser under_test(reads, default_limits);
  std::string_view input = line;
  switch (under_test.next(input)) {
    case event::publish:
      return std::string(under_test.publish().total_size_text) + "=" +
             std::to_string(under_test.publish().total_size);
    case event::message:
      return std::string(under_test.message().total_size_text) + "=" +
             std::to_string(under_test.message().total_size);
    case event::unsubscribe: return "max " + std::to_string(under_test.unsubscribe().max);
    case event::error:
      return under_test.error() == protocol_error::malformed_arguments ? "malformed"
             : under_test.error() == protocol_error::payload_exceeded  ? "too large"
                                                                       : "other error";
    default: return "other event";
  }
}

struct size_case {
  std::string digits;
  std::string message;      ///< as the size of a message
  std::string unsubscribe;  ///< as the maximum of UNSUB
};

std::vector<size_case> size_cases() {
  const std::string ones(64, '1');
  return {
      {"0", "0=0", "max 0"},
      {"007", "007=7", "max 7"},
      {"000000000", "000000000=0", "max 0"},
      {std::to_string(max), "1048576=1048576", "max 1048576"},
      {std::to_string(max + 1), "too large", "max 1048577"},
      {"999999999", "too large", "max 999999999"},
      {"1000000000", "malformed", "max 0"},
      {"0000000000", "malformed", "max 0"},
      {"0000000002", "malformed", "max 0"},
      {"2147483647", "malformed", "max 0"},
      {"2147483648", "malformed", "max 0"},
      {"4294967296", "malformed", "max 0"},
      {"4294967298", "malformed", "max 0"},
      {"9223372036854775807", "malformed", "max 0"},
      {"9223372036854775808", "malformed", "max 0"},
      {"18446744073709551616", "malformed", "max 0"},
      {"18446744073709551618", "malformed", "max 0"},
      {ones, "malformed", "max 0"},
      {std::string(64, '0'), "malformed", "max 0"},
      {"-1", "malformed", "max 0"},
      {"-0", "malformed", "max 0"},
      {"+1", "malformed", "max 0"},
      {"1.0", "malformed", "max 0"},
      {"1e3", "malformed", "max 0"},
      {"0x10", "malformed", "max 0"},
      {"1,000", "malformed", "max 0"},
      {"\xd9\xa1", "malformed", "max 0"},  // ARABIC-INDIC DIGIT ONE
      {"1/", "malformed", "max 0"},
      {"1:", "malformed", "max 0"},
  };
}

class size_bomb : public testing::TestWithParam<size_case> {};

TEST_P(size_bomb, has_the_same_outcome_with_every_verb) {
  const auto& [digits, message, unsubscribe] = GetParam();
  const std::string end = digits + "\r\n";
  EXPECT_EQ(outcome(role::reads_client, "PUB a " + end), message);
  EXPECT_EQ(outcome(role::reads_client, "PUB a r " + end), message);
  EXPECT_EQ(outcome(role::reads_client, "HPUB a 0 " + end), message);
  EXPECT_EQ(outcome(role::reads_client, "HPUB a r 0 " + end), message);
  EXPECT_EQ(outcome(role::reads_server, "MSG a 1 " + end), message);
  EXPECT_EQ(outcome(role::reads_server, "MSG a 1 r " + end), message);
  EXPECT_EQ(outcome(role::reads_server, "HMSG a 1 0 " + end), message);
  EXPECT_EQ(outcome(role::reads_server, "HMSG a 1 r 0 " + end), message);
  EXPECT_EQ(outcome(role::reads_client, "UNSUB 1 " + end), unsubscribe);
}

TEST_P(size_bomb, as_header_size_never_passes_the_total) {
  const auto& [digits, message, unsubscribe] = GetParam();
  const bool fits = message.ends_with("=0");
  for (const std::string& line : {"HPUB a " + digits + " 0\r\n", "HPUB a r " + digits + " 0\r\n"})
    EXPECT_EQ(outcome(role::reads_client, line), fits ? "0=0" : "malformed") << line;
  for (const std::string& line :
       {"HMSG a 1 " + digits + " 0\r\n", "HMSG a 1 r " + digits + " 0\r\n"})
    EXPECT_EQ(outcome(role::reads_server, line), fits ? "0=0" : "malformed") << line;
}

INSTANTIATE_TEST_SUITE_P(sizes, size_bomb, testing::ValuesIn(size_cases()));

TEST(parser_sizes, a_header_size_equal_to_the_total_is_allowed_and_one_more_is_not) {
  EXPECT_EQ(outcome(role::reads_client, "HPUB a 12 12\r\n"), "12=12");
  EXPECT_EQ(outcome(role::reads_client, "HPUB a 13 12\r\n"), "malformed");
}

TEST(parser_sizes, malformed_numbers_are_found_before_the_limit_is_looked_at) {
  EXPECT_EQ(outcome(role::reads_client, "HPUB a 999999999 999999998\r\n"), "malformed");
  EXPECT_EQ(outcome(role::reads_client, "HPUB a 999999998 999999999\r\n"), "too large");
}

TEST(parser_sizes, a_limit_that_changes_holds_for_the_next_line) {
  limits changing;
  parser under_test(role::reads_client, changing);
  std::string_view input = "PUB a 5\r\nhello\r\nPUB a 5\r\n";
  EXPECT_EQ(under_test.next(input), event::publish);
  changing.max_payload = 4;
  EXPECT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.next(input), event::error);
  EXPECT_EQ(under_test.error(), protocol_error::payload_exceeded);
}

}  // namespace
}  // namespace wirebird::protocol
