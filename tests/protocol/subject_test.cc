#include "protocol/subject.hh"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

using token_list = std::vector<std::string>;

/// The tokens, found in the slow and obvious way.
token_list split(const std::string& subject) {
  token_list out(1);
  for (const char byte : subject)
    if (byte == '.')
      out.emplace_back();
    else
      out.back() += byte;
  return out;
}

/// The definition of matching, on non-empty tokens: `*` takes one token, `>` one or more.
bool reaches(const token_list& pattern, const token_list& subject) {
  if (pattern.empty() || subject.empty()) return pattern.empty() && subject.empty();
  if (pattern.front() == ">") return true;
  if (pattern.front() != "*" && pattern.front() != subject.front()) return false;
  return reaches({pattern.begin() + 1, pattern.end()}, {subject.begin() + 1, subject.end()});
}

/// Every text over `alphabet` of at most `length` bytes, the empty one included.
std::vector<std::string> every_text(const std::string& alphabet, std::size_t length) {
  std::vector<std::string> out = {""};
  for (std::size_t at = 0; at < out.size(); ++at)
    if (out[at].size() < length)
      for (const char byte : alphabet) out.push_back(out[at] + byte);
  return out;
}

bool has_empty(const token_list& list) {
  return std::ranges::any_of(list, [](const std::string& token) { return token.empty(); });
}
bool has_wild(const token_list& list) {
  return std::ranges::any_of(list, [](const auto& token) { return token == "*" || token == ">"; });
}

TEST(subject, validity_is_as_defined_for_every_short_text) {
  for (const std::string& text : every_text("a.*>", 6)) {
    const token_list list = split(text);
    const auto inner_end = list.end() - 1;
    const bool inner_full = std::find(list.begin(), inner_end, ">") != inner_end;
    EXPECT_EQ(is_valid_subscription(text), !has_empty(list) && !inner_full) << text;
    EXPECT_EQ(is_well_formed(text), !has_empty(list)) << text;
    EXPECT_EQ(is_literal(text), !has_empty(list) && !has_wild(list)) << text;
    EXPECT_EQ(has_wildcard(text), has_wild(list)) << text;
  }
}

TEST(subject, tokens_are_what_stands_between_dots_for_every_short_text) {
  for (const std::string& text : every_text("ab.", 6)) {
    token_list seen;
    for (const std::string_view token : tokens(text)) seen.emplace_back(token);
    EXPECT_EQ(seen, split(text)) << text;
  }
}

TEST(subject, matching_is_as_defined_for_every_short_pattern_and_subject) {
  const std::vector<std::string> subjects = every_text("ab*.", 5);
  std::size_t matched = 0;
  for (const std::string& pattern : every_text("a*>.", 5)) {
    if (!is_valid_subscription(pattern)) continue;
    const token_list wanted = split(pattern);
    for (const std::string& subject : subjects) {
      const token_list given = split(subject);
      const bool expected = !has_empty(given) && reaches(wanted, given);
      matched += expected ? 1 : 0;
      ASSERT_EQ(matches(pattern, subject), expected) << pattern << " for " << subject;
    }
  }
  EXPECT_GT(matched, 2000U);
}

TEST(subject, the_rules_of_the_reference_hold) {
  EXPECT_TRUE(matches("foo.>", "foo.a"));
  EXPECT_TRUE(matches("foo.>", "foo.a.b"));
  EXPECT_FALSE(matches("foo.>", "foo"));
  EXPECT_TRUE(matches(">", "foo"));
  EXPECT_FALSE(matches(">", "foo..bar"));
  EXPECT_TRUE(matches("*.*.*", "a.b.c"));
  EXPECT_FALSE(matches("*.*.*", "a.b"));
  EXPECT_FALSE(matches("foo.bar", "foo.*")) << "a published wildcard is text";
  EXPECT_TRUE(matches("foo.*", "foo.*"));
  EXPECT_TRUE(matches("foo.>", "foo.*"));
  EXPECT_TRUE(matches("foo*", "foo*"));
  EXPECT_FALSE(matches("foo*", "foox")) << "inside a token it is an ordinary byte";
  EXPECT_FALSE(matches("foo", "Foo"));
  EXPECT_TRUE(is_valid_subscription("foo*.>x.b>r"));
  EXPECT_FALSE(is_valid_subscription("foo.>.bar"));
  EXPECT_TRUE(is_literal(std::string_view("a\0b.\xff", 5)));
}

}  // namespace
}  // namespace wirebird::protocol
