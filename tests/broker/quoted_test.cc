#include "dataplane/broker/quoted.hh"

#include <gtest/gtest.h>

namespace wirebird::broker {
namespace {

TEST(quoting, ordinary_text_stands_between_double_quotes) {
  EXPECT_EQ(quoted("foo.*.>"), R"("foo.*.>")");
  EXPECT_EQ(quoted(""), R"("")");
}

TEST(quoting, quotes_and_backslashes_are_escaped) {
  EXPECT_EQ(quoted(R"(a"b\c')"), R"("a\"b\\c'")");
}

TEST(quoting, control_characters_have_names_or_two_digits) {
  EXPECT_EQ(quoted("\a\b\f\n\r\t\v"), R"("\a\b\f\n\r\t\v")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\x1f\x7f", 4)), R"("\x00\x01\x1f\x7f")");
}

TEST(quoting, bytes_that_are_no_utf8_have_two_digits) {
  EXPECT_EQ(quoted("\xff\xc3"), R"("\xff\xc3")");
  EXPECT_EQ(quoted("\xc3("), R"("\xc3(")");
  EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\xed\xa0\x80")");
}

TEST(quoting, what_prints_stays) {
  EXPECT_EQ(quoted("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
            "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST(quoting, what_does_not_print_has_four_or_eight_digits) {
  EXPECT_EQ(quoted("\xc2\xa0\xe2\x80\x8b\xc2\xad\xee\x80\x80"), R"("\u00a0\u200b\u00ad\ue000")");
  EXPECT_EQ(quoted("\xf3\xa0\x80\x81"), R"("\U000e0001")");
}

}  // namespace
}  // namespace wirebird::broker
