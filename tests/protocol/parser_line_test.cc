#include "tests/protocol/transcript.hh"

#include <gtest/gtest.h>

// The limit of a control line, and the buffer that a split one is gathered in.
namespace wirebird::protocol {
namespace {

constexpr limits default_limits;
const std::string too_long =
    "error " + std::to_string(static_cast<int>(protocol_error::control_line_exceeded)) + "\n";

std::string client(const std::vector<std::string_view>& pieces) {
  return transcribe(role::reads_client, default_limits, pieces);
}

TEST(control_line, may_have_as_many_argument_bytes_as_the_limit) {
  const std::string subject(4094, 'a');
  const std::string sub = "SUB " + subject + " 1\r\n";
  EXPECT_EQ(client({sub}), "SUB " + subject + " sid 1\n");
  EXPECT_EQ(client(in_pieces_of(1, sub)), "SUB " + subject + " sid 1\n");
  EXPECT_EQ(client({"SUB  \t\t  " + subject + " 1\r\n"}), "SUB " + subject + " sid 1\n")
      << "the verb and the blanks behind it are not counted";
}

TEST(control_line, with_one_byte_more_is_an_error) {
  const std::string subject(4094, 'a');
  EXPECT_EQ(client({"SUB " + subject + "a 1\r\n"}), too_long);
  EXPECT_EQ(client({"SUB " + subject + " 1 \r\n"}), too_long) << "blanks at the end are counted";
  EXPECT_EQ(client({"SUB " + subject + " 1 \n"}), too_long);
}

TEST(control_line, is_tested_before_it_ends) {
  const std::string full = "CONNECT " + std::string(4096, 'a');
  EXPECT_EQ(client({full}), "");
  EXPECT_EQ(client({full, "\r"}), "") << "the CR may belong to the line end";
  EXPECT_EQ(client({full, "\r", "\n", "PING\n"}), "CONNECT " + std::string(4096, 'a') + "\nPING\n");
  EXPECT_EQ(client({full, "\n"}), "CONNECT " + std::string(4096, 'a') + "\n");
  EXPECT_EQ(client({full, "a"}), too_long);
  EXPECT_EQ(client({full + "a"}), too_long);
  EXPECT_EQ(client({full, "\r", "a"}), too_long);
  EXPECT_EQ(client({full, "\r", "\r"}), too_long);
  EXPECT_EQ(client({full + std::string(100'000, 'a')}), too_long);
}

TEST(control_line, that_is_too_long_already_asks_for_no_buffer) {
  parser under_test(role::reads_client, default_limits);
  const std::string bytes = "SUB " + std::string(4097, 'a');
  std::string_view input = bytes;
  EXPECT_EQ(under_test.next(input), event::error);
}

TEST(control_line, in_one_piece_is_not_copied) {
  parser under_test(role::reads_client, default_limits);
  const std::string bytes = "SUB foo queue 1\r\n";
  std::string_view input = bytes;
  ASSERT_EQ(under_test.next(input), event::subscribe);
  EXPECT_FALSE(under_test.line_buffer_in_use());
  EXPECT_EQ(under_test.subscribe().subject.data(), bytes.data() + 4);
}

TEST(control_line, a_piece_that_ends_in_the_verb_or_before_the_arguments_needs_no_buffer) {
  for (const std::string bytes : {"U", "UNS", "UNSUB", "UNSUB ", "UNSUB \t ", "PING and more"}) {
    parser under_test(role::reads_client, default_limits);
    std::string_view input = bytes;
    EXPECT_EQ(under_test.next(input), event::need_more) << bytes;
    EXPECT_TRUE(input.empty());
  }
}

TEST(control_line, holds_its_buffer_until_the_call_after_the_event) {
  parser under_test(role::reads_client, default_limits);
  std::string buffer(default_limits.max_control_line, '\0');
  std::string_view input = "PUB foo re";
  ASSERT_EQ(under_test.next(input), event::need_line_buffer);
  EXPECT_FALSE(under_test.line_buffer_in_use());
  under_test.lend_line_buffer(buffer);
  EXPECT_TRUE(under_test.line_buffer_in_use());
  EXPECT_EQ(under_test.next(input), event::need_more);
  EXPECT_TRUE(under_test.line_buffer_in_use());
  input = "ply 2\r\nhi\r\n";
  ASSERT_EQ(under_test.next(input), event::publish);
  EXPECT_TRUE(under_test.line_buffer_in_use()) << "the views lie in it";
  EXPECT_EQ(under_test.publish().reply, "reply");
  EXPECT_EQ(under_test.next(input), event::payload);
  EXPECT_FALSE(under_test.line_buffer_in_use());
}

TEST(control_line, gives_its_buffer_back_with_an_error) {
  parser under_test(role::reads_client, default_limits);
  std::string buffer(default_limits.max_control_line, '\0');
  std::string_view input = "PUB foo ";
  ASSERT_EQ(under_test.next(input), event::need_line_buffer);
  under_test.lend_line_buffer(buffer);
  ASSERT_EQ(under_test.next(input), event::need_more);
  input = "x\r\n";
  ASSERT_EQ(under_test.next(input), event::error);
  EXPECT_FALSE(under_test.line_buffer_in_use());
}

TEST(control_line, a_limit_that_shrinks_in_the_middle_of_a_line_holds_at_once) {
  limits changing{.max_control_line = 20};
  parser under_test(role::reads_client, changing);
  std::string buffer(20, '\0');
  std::string_view input = "SUB 0123456789";
  ASSERT_EQ(under_test.next(input), event::need_line_buffer);
  under_test.lend_line_buffer(buffer);
  ASSERT_EQ(under_test.next(input), event::need_more);
  changing.max_control_line = 4;
  input = " 1\r\n";
  ASSERT_EQ(under_test.next(input), event::error);
  EXPECT_EQ(under_test.error(), protocol_error::control_line_exceeded);
}

TEST(control_line, a_limit_that_grows_in_the_middle_of_a_line_waits_for_the_next_buffer) {
  limits changing{.max_control_line = 10};
  parser under_test(role::reads_client, changing);
  const auto buffer = std::make_unique<char[]>(10);  // a byte behind it is seen by ASan
  std::string_view input = "SUB 01234567";
  ASSERT_EQ(under_test.next(input), event::need_line_buffer);
  under_test.lend_line_buffer({buffer.get(), 10});
  ASSERT_EQ(under_test.next(input), event::need_more);
  changing.max_control_line = 100;
  input = "89 1\r\n";
  ASSERT_EQ(under_test.next(input), event::error);
  EXPECT_EQ(under_test.error(), protocol_error::control_line_exceeded);
}

}  // namespace
}  // namespace wirebird::protocol
