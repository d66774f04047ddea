// The parts of the differential test that judge: what they must see, and what they must not.
#include "tests/differential/answers.hh"
#include "tests/differential/case_file.hh"
#include "tests/differential/generator.hh"
#include "tests/differential/intended.hh"

#include <stdexcept>

#include <gtest/gtest.h>

namespace wirebird::differential {
namespace {

using lines = std::vector<std::string>;

lines seen(std::string_view bytes, bool closed = false, const std::set<std::string>& members = {}) {
  step_answers answers;
  answers.add('a', bytes, closed, members);
  return answers.lines();
}

TEST(differential_answers, are_split_at_payloads_not_at_their_line_ends) {
  EXPECT_EQ(operations_in("MSG a 1 6\r\nx\r\n+OK\r\nPONG\r\nHMSG a 1 r 2 3\r\nabc\r\n-ERR"),
            (lines{"MSG a 1 6\r\nx\r\n+OK\r\n", "PONG\r\n", "HMSG a 1 r 2 3\r\nabc\r\n", "-ERR"}));
}

TEST(differential_answers, of_one_run_are_ordered_by_sid_and_keep_their_order_per_sid) {
  EXPECT_EQ(seen("MSG a 2 1\r\nx\r\nMSG a 1 1\r\nx\r\nMSG b 1 1\r\ny\r\nMSG b 2 1\r\ny\r\n"),
            seen("MSG a 1 1\r\nx\r\nMSG a 2 1\r\nx\r\nMSG b 2 1\r\ny\r\nMSG b 1 1\r\ny\r\n"));
  EXPECT_NE(seen("MSG a 1 1\r\nx\r\nMSG b 1 1\r\ny\r\n"),
            seen("MSG b 1 1\r\ny\r\nMSG a 1 1\r\nx\r\n"));
  EXPECT_NE(seen("MSG a 2 1\r\nx\r\n+OK\r\nMSG a 1 1\r\nx\r\n"),
            seen("MSG a 1 1\r\nx\r\n+OK\r\nMSG a 2 1\r\nx\r\n"));
}

TEST(differential_answers, to_members_are_one_pile_whoever_was_picked) {
  const std::set<std::string> members{"a/1", "a/2"};
  EXPECT_EQ(seen("MSG a 1 r 1\r\nx\r\n", false, members),
            seen("HMSG a 2 r 12 13\r\nNATS/1.0\r\n\r\nx\r\n", false, members));
  EXPECT_NE(seen("MSG a 1 1\r\nx\r\n", false, members), seen("", false, members));
  EXPECT_NE(seen("MSG a 1 1\r\nx\r\n", false, members),
            seen("MSG a 1 1\r\nx\r\nMSG a 2 1\r\nx\r\n", false, members));
  EXPECT_NE(seen("MSG a 1 1\r\nx\r\n", false, members), seen("MSG a 1 1\r\ny\r\n", false, members));
  EXPECT_NE(seen("MSG a 3 1\r\nx\r\n", false, members), seen("MSG a 4 1\r\nx\r\n", false, members));
}

TEST(differential_answers, show_every_byte_and_the_end) {
  const std::string large(100'000, 'x');
  EXPECT_NE(seen("MSG a 1 100000\r\n" + large + "\r\n"),
            seen("MSG a 1 100000\r\n" + large.substr(1) + "y\r\n"));
  EXPECT_NE(seen("+OK\r\n"), seen("+OK\r\n+OK\r\n"));
  EXPECT_NE(seen("", true), seen("", false));
  EXPECT_EQ(seen("PING\r\n+OK\r\n"), seen("+OK\r\n"));
}

TEST(differential_answers, mask_values_of_info_but_not_keys_order_and_types) {
  const std::string info = R"(INFO {"server_id":"NA","port":4222,"max_payload":5} )";
  EXPECT_EQ(masked_info(info), masked_info(R"(INFO {"server_id":"NB","port":1,"max_payload":5} )"));
  for (const char* other : {R"(INFO {"port":4222,"server_id":"NA","max_payload":5} )",
                            R"(INFO {"server_id":"NA","port":4222,"max_payload":6} )",
                            R"(INFO {"server_id":"NA","port":"4222","max_payload":5} )",
                            R"(INFO {"server_id":"NA","max_payload":5} )",
                            R"(INFO {"server_id":"NA","port":4222,"max_payload":5})"})
    EXPECT_NE(masked_info(info), masked_info(other)) << other;
}

TEST(differential_cases, escapes_are_read_as_they_are_written) {
  const std::string bytes("\r\n\t\\ \0\x7f\xff\x01z", 10);
  EXPECT_EQ(unescaped(escaped(bytes)), bytes);
  EXPECT_EQ(unescaped(R"(a\s\eb\{3 x\r\n}c)"), "a bx\r\nx\r\nx\r\nc");
  for (const char* wrong : {"\\", "\\q", "\\x1", "\\xg0", "\\{3", "\\{3 x"})
    EXPECT_THROW(static_cast<void>(unescaped(wrong)), std::runtime_error) << wrong;
}

TEST(differential_cases, are_expanded_for_each_value) {
  const auto cases = read_cases(
      "case <v> of <w>\neach v = 1 | 2\neach w = x | y\nb = bare\na > <v><w>\\r\\n\n", "here");
  ASSERT_EQ(cases.size(), 4U);
  EXPECT_EQ(cases[2].name, "2 of x");
  ASSERT_EQ(cases[2].steps.size(), 3U);
  EXPECT_EQ(cases[2].steps[0].bytes, "");
  EXPECT_EQ(cases[2].steps[1].bytes.substr(0, 8), "CONNECT ");
  EXPECT_EQ(cases[2].steps[2].bytes, "2x\r\n");
}

TEST(differential_cases, that_are_malformed_are_refused) {
  for (const char* wrong : {"a > x\n", "case x\nwhat is this\n", "case x\na ? y\n",
                            "case x\neach y z\na > \n", "case x\na > \\q\n"})
    EXPECT_THROW(static_cast<void>(read_cases(wrong, "here")), std::runtime_error) << wrong;
}

TEST(differential_cases, that_are_random_can_be_written_down_and_read_again) {
  for (std::uint64_t seed = 1; seed < 200; ++seed) {
    const dialogue made = random_dialogue(seed);
    const auto read = read_cases(text_of(made), "here");
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(text_of(read[0]), text_of(made));
    ASSERT_EQ(read[0].steps.size(), made.steps.size());
    for (std::size_t i = 0; i < made.steps.size(); ++i)
      ASSERT_EQ(read[0].steps[i].bytes, made.steps[i].bytes) << "seed " << seed;
    EXPECT_EQ(text_of(random_dialogue(seed)), text_of(made)) << "the seed does not repeat it";
  }
}

TEST(differential_intended, covers_what_it_describes_and_nothing_else) {
  const auto all = read_intended(
      "# comment\n\ndifference d\ncase c\ninput ^PUB\noracle \\+OK\nwirebird ^\\(nothing\\)$\n"
      "reason because\nreason so\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].reason, "because so");
  EXPECT_EQ(covering(all, {.input = "PUB a", .oracle = "a: +OK", .wirebird = "(nothing)"}),
            &all[0]);
  for (const difference& other :
       {difference{.input = "SUB a", .oracle = "a: +OK", .wirebird = "(nothing)"},
        difference{.input = "PUB a", .oracle = "a: PONG", .wirebird = "(nothing)"},
        difference{.input = "PUB a", .oracle = "a: +OK", .wirebird = "a: (nothing)"}})
    EXPECT_EQ(covering(all, other), nullptr) << other.input << other.oracle << other.wirebird;
  EXPECT_THROW(static_cast<void>(read_intended("difference d\ncase c\ninput x\noracle x\n")),
               std::runtime_error);
}

TEST(differential_intended, removes_only_what_it_names_and_says_so) {
  const auto all = read_intended("difference d\ncase c\nremoved ,\"w\":1\nreason r\n");
  covered_ids ids;
  EXPECT_EQ(without_removed({{"a: {\"x\":1,\"w\":1}"}}, all, ids), (transcript{{"a: {\"x\":1}"}}));
  EXPECT_TRUE(ids.contains("d"));
  ids.clear();
  static_cast<void>(without_removed({{"a: {\"x\":1}"}}, all, ids));
  EXPECT_TRUE(ids.empty()) << "nothing was removed: the entry is stale";
}

TEST(differential_intended, the_first_step_that_parts_is_the_difference) {
  const auto script = read_cases("case c\na > 1\na > 2\n", "here").front();
  const transcript same{{"x"}, {"y"}, {"z"}, {}};
  EXPECT_FALSE(first_difference(script, same, same));
  const auto found = first_difference(script, same, {{"x"}, {}, {"w"}, {}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->input, "1");
  EXPECT_EQ(found->oracle, "y");
  EXPECT_EQ(found->wirebird, "(nothing)");
}

}  // namespace
}  // namespace wirebird::differential
