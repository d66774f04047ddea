#include "tests/protocol/conversations.hh"
#include "tests/protocol/transcript.hh"

#include <algorithm>
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

class parser_split : public testing::TestWithParam<conversation> {
 protected:
  [[nodiscard]] std::string whole() const {
    return transcribe(GetParam().reads, small_limits, {GetParam().bytes});
  }
  [[nodiscard]] std::string in(const std::vector<std::string_view>& pieces) const {
    return transcribe(GetParam().reads, small_limits, pieces);
  }
};

TEST_P(parser_split, every_cut_in_two_gives_the_same_events) {
  const std::string_view bytes = GetParam().bytes;
  const std::string expected = whole();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    EXPECT_EQ(in({bytes.substr(0, cut), bytes.substr(cut)}), expected) << "cut at " << cut;
}

TEST_P(parser_split, every_cut_in_three_gives_the_same_events) {
  const std::string_view bytes = GetParam().bytes;
  const std::string expected = whole();
  for (std::size_t a = 0; a <= bytes.size(); ++a)
    for (std::size_t b = a; b <= bytes.size(); ++b)
      ASSERT_EQ(in({bytes.substr(0, a), bytes.substr(a, b - a), bytes.substr(b)}), expected)
          << "cut at " << a << " and " << b;
}

TEST_P(parser_split, pieces_of_one_size_give_the_same_events) {
  for (std::size_t size = 1; size <= 16; ++size)
    EXPECT_EQ(in(in_pieces_of(size, GetParam().bytes)), whole()) << size << " bytes";
}

TEST_P(parser_split, random_pieces_give_the_same_events) {
  constexpr std::uint64_t seed = 20261121;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::string expected = whole();
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string_view> pieces;
    std::string_view rest = GetParam().bytes;
    while (!rest.empty()) {
      pieces.push_back(rest.substr(0, random() % 8));  // empty ones too
      rest.remove_prefix(pieces.back().size());
    }
    ASSERT_EQ(in(pieces), expected) << "round " << round;
  }
}

TEST_P(parser_split, a_new_parser_goes_on_at_the_byte_where_an_event_stopped) {
  const std::string_view bytes = GetParam().bytes;
  const std::string expected = whole();
  for (const auto& [what, taken] : steps(GetParam().reads, small_limits, bytes)) {
    if (what == event::publish || what == event::message || what == event::error) continue;
    const std::string before = in({bytes.substr(0, taken)});
    const std::string after = in({bytes.substr(taken)});
    if (before.find("\npart ") != std::string::npos) continue;  // inside a message
    EXPECT_EQ(before + after, expected) << "stopped after byte " << taken;
  }
}

INSTANTIATE_TEST_SUITE_P(conversations, parser_split, testing::ValuesIn(conversations()));

TEST(parser_pause, each_event_takes_exactly_its_own_bytes) {
  const std::vector<std::string> operations = {
      "CONNECT {}\r\n", "PING\n", "SUB a 1\r\n", "PUB a 2\r\n", "hi\r\n",   "PUB a 0\n",
      "\r\n",           "+OK\n",  "UNSUB 1\n",   "PONG x\r\n",  "INFO{}\n", "-ERR x\r\n",
  };
  std::string bytes;
  std::vector<std::size_t> ends;
  for (const std::string& operation : operations) ends.push_back((bytes += operation).size());
  std::vector<std::size_t> stops;
  for (const auto& [what, taken] : steps(role::reads_client, limits{}, bytes))
    stops.push_back(taken);
  EXPECT_EQ(stops, ends);
}

TEST(parser_pause, a_line_that_waits_for_its_buffer_keeps_its_bytes_in_the_input) {
  const limits some;
  parser under_test(role::reads_client, some);
  std::string_view input = "SUB foo";
  EXPECT_EQ(under_test.next(input), event::need_line_buffer);
  EXPECT_EQ(input, "foo");
  EXPECT_EQ(under_test.next(input), event::need_line_buffer) << "nothing was lent";
  EXPECT_EQ(input, "foo");
  input = "foo 1\r\nPING\r\n";  // the rest arrived behind it in the meantime
  EXPECT_EQ(under_test.next(input), event::subscribe);
  EXPECT_EQ(under_test.subscribe().sid, "1");
  EXPECT_FALSE(under_test.line_buffer_in_use());
  EXPECT_EQ(under_test.next(input), event::ping);
}

TEST(parser_pause, at_boundary_is_true_only_between_operations) {
  const limits some;
  parser under_test(role::reads_client, some);
  const std::string_view bytes = "PUB a 1\r\nx\r\nPING\r\n";
  std::vector<std::size_t> boundaries;
  std::string buffer(some.max_control_line, '\0');
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (under_test.at_boundary()) boundaries.push_back(at);
    std::string_view input = bytes.substr(at, 1);
    while (true) {
      const event what = under_test.next(input);
      if (what == event::need_more) break;
      if (what == event::need_line_buffer) under_test.lend_line_buffer(buffer);
    }
  }
  EXPECT_TRUE(under_test.at_boundary());
  EXPECT_EQ(boundaries, (std::vector<std::size_t>{0, 12}));
}

}  // namespace
}  // namespace wirebird::protocol
