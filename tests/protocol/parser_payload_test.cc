#include "tests/protocol/transcript.hh"

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

constexpr limits default_limits;

/// A parser that has just read `PUB a <size>`.
parser before_payload(std::size_t size) {
  parser under_test(role::reads_client, default_limits);
  const std::string line = "PUB a " + std::to_string(size) + "\r\n";
  std::string_view input = line;
  EXPECT_EQ(under_test.next(input), event::publish);
  return under_test;
}

TEST(payload, that_lies_in_one_piece_with_its_line_end_is_one_event) {
  parser under_test = before_payload(5);
  std::string_view input = "hello\r\nPING\r\n";
  const char* const begin = input.data();
  ASSERT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.payload(), "hello");
  EXPECT_EQ(under_test.payload().data(), begin) << "it stays where it lies";
  EXPECT_TRUE(under_test.payload_complete());
  EXPECT_EQ(input, "PING\r\n");
}

TEST(payload, of_no_bytes_is_one_event_too) {
  parser under_test = before_payload(0);
  std::string_view input = "\r\nPING\r\n";
  ASSERT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.payload(), "");
  EXPECT_TRUE(under_test.payload_complete());
  EXPECT_EQ(input, "PING\r\n");
}

TEST(payload, is_complete_only_behind_both_bytes_of_its_line_end) {
  parser under_test = before_payload(5);
  std::string_view input = "hello\r";
  ASSERT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.payload(), "hello");
  EXPECT_FALSE(under_test.payload_complete());
  EXPECT_EQ(under_test.next(input), event::need_more);
  input = "\n";
  ASSERT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.payload(), "");
  EXPECT_TRUE(under_test.payload_complete());
  EXPECT_TRUE(under_test.at_boundary());
}

TEST(payload, comes_in_the_pieces_in_which_it_arrived) {
  parser under_test = before_payload(5);
  std::string_view input = "he";
  ASSERT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.payload(), "he");
  EXPECT_FALSE(under_test.payload_complete());
  EXPECT_EQ(under_test.next(input), event::need_more);
  input = "llo\r\n";
  ASSERT_EQ(under_test.next(input), event::payload);
  EXPECT_EQ(under_test.payload(), "llo");
  EXPECT_TRUE(under_test.payload_complete());
}

TEST(payload, followed_by_anything_but_cr_lf_is_an_error_and_never_complete) {
  for (const std::string_view end : {"\n", "x", "\r\r", "\rx", " \r\n", "\n\r"}) {
    parser under_test = before_payload(2);
    const std::string bytes = "hi" + std::string(end);
    std::string_view input = bytes;
    ASSERT_EQ(under_test.next(input), event::payload);
    EXPECT_FALSE(under_test.payload_complete());
    ASSERT_EQ(under_test.next(input), event::error) << end;
    EXPECT_EQ(under_test.error(), protocol_error::unknown_operation);
  }
}

TEST(payload, is_counted_and_not_looked_at) {
  const std::string bytes("\r\n\0PING\r\nPUB a 3\r\n", 18);
  EXPECT_EQ(transcribe(role::reads_client, default_limits, {"PUB a 18\r\n" + bytes + "\r\nPING\n"}),
            "PUB a size 18=18\npayload 18 " + bytes + "\nPING\n");
}

TEST(payload, of_the_largest_size_passes) {
  const std::string bytes(default_limits.max_payload, 'x');
  const std::string all = "PUB a 1048576\r\n" + bytes + "\r\n";
  const std::string expected = "PUB a size 1048576=1048576\npayload 1048576 " + bytes + "\n";
  EXPECT_TRUE(transcribe(role::reads_client, default_limits, {all}) == expected);
  EXPECT_TRUE(transcribe(role::reads_client, default_limits, in_pieces_of(1460, all)) == expected);
}

}  // namespace
}  // namespace wirebird::protocol
