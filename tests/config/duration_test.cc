#include "dataplane/config/duration.hh"

#include <chrono>

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

using namespace std::chrono_literals;

TEST(durations, sums_fractions_and_signs) {
  EXPECT_EQ(parse_duration("1h2m3.5s").value, 1h + 2min + 3500ms);
  EXPECT_EQ(parse_duration("-1.5ms").value, -1500us);
  EXPECT_EQ(parse_duration("0").value, 0s);
  EXPECT_EQ(parse_duration("5").error, "time: missing unit in duration \"5\"");
  EXPECT_EQ(parse_duration("5x").error, "time: unknown unit \"x\" in duration \"5x\"");
  EXPECT_EQ(parse_duration(".").error, "time: invalid duration \".\"");
  EXPECT_EQ(parse_duration("9999999999999999999999h").error,
            "time: invalid duration \"9999999999999999999999h\"");
}

TEST(durations, are_printed_as_go_prints_them) {
  EXPECT_EQ(to_text(0s), "0s");
  EXPECT_EQ(to_text(1500ms), "1.5s");
  EXPECT_EQ(to_text(2min), "2m0s");
  EXPECT_EQ(to_text(1h + 3s), "1h0m3s");
  EXPECT_EQ(to_text(-5ms), "-5ms");
  EXPECT_EQ(to_text(1us), "1\u00b5s");
  EXPECT_EQ(to_text(7ns), "7ns");
}

TEST(durations, printed_and_read_again_are_the_same) {
  for (std::int64_t count = 1; count < 4'000'000'000'000'000; count = count * 7 + 3) {
    const duration length{count};
    EXPECT_EQ(parse_duration(to_text(length)).value, length) << to_text(length);
  }
}

}  // namespace
}  // namespace wirebird::config
