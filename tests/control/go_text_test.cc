#include "control/monitor/go_text.hh"

#include <gtest/gtest.h>

namespace wirebird::control {
namespace {

// The expected texts are nats-server 2.9.10's, from its pages.
TEST(go_text, times_are_rfc_3339_without_trailing_zeros) {
  EXPECT_EQ(go_time(1'795'255'824'073'898'370), "2026-11-21T10:10:24.07389837Z");
  EXPECT_EQ(go_time(1'795'255'824'000'000'000), "2026-11-21T10:10:24Z");
  EXPECT_EQ(go_time(1), "1970-01-01T00:00:00.000000001Z");
}

TEST(go_text, durations_use_the_largest_unit_that_fits) {
  EXPECT_EQ(go_duration(0), "0s");
  EXPECT_EQ(go_duration(999), "999ns");
  EXPECT_EQ(go_duration(1'500), "1.5\u00b5s");
  EXPECT_EQ(go_duration(1'191'302), "1.191302ms");
  EXPECT_EQ(go_duration(301'672'719), "301.672719ms");
  EXPECT_EQ(go_duration(123'500'000'000), "2m3.5s");
  EXPECT_EQ(go_duration(3'600'000'000'000), "1h0m0s");
  EXPECT_EQ(round_trip(491'999), "491\u00b5s");
  EXPECT_EQ(round_trip(1'191'302), "1.191302ms");
}

TEST(go_text, uptime_grows_units_and_keeps_zeros_inside) {
  constexpr std::int64_t second = 1'000'000'000;
  EXPECT_EQ(uptime(4 * second + 999), "4s");
  EXPECT_EQ(uptime(124 * second), "2m4s");
  EXPECT_EQ(uptime(3604 * second), "1h0m4s");
  EXPECT_EQ(uptime((3 * 86400 + 2 * 3600 + 60) * second), "3d2h1m0s");
  EXPECT_EQ(uptime((367 * 86400LL + 3 * 3600 + 245) * second), "1y2d3h4m5s");
}

TEST(go_text, numbers_are_the_shortest_that_read_back) {
  EXPECT_EQ(go_number(2), "2");
  EXPECT_EQ(go_number(0.15), "0.15");
  EXPECT_EQ(go_number(1.1428571428571428), "1.1428571428571428");
}

TEST(go_text, http_dates_are_fixed_length) {
  EXPECT_EQ(http_date(1'795'261'496'000'000'000), "Sat, 21 Nov 2026 11:44:56 GMT");
}

}  // namespace
}  // namespace wirebird::control
