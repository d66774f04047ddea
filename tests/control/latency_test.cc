#include "control/plane/latency.hh"

#include "protocol/plane_histogram.hh"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::control {
namespace {

namespace plane = protocol::plane;

times of(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& seen) {
  std::vector<std::uint64_t> counts(plane::histogram_buckets);
  for (const auto& [ns, count] : seen) counts[plane::histogram_bucket(ns)] += count;
  return times(counts);
}

TEST(histogram, every_bucket_begins_where_the_one_before_ends) {
  for (std::size_t i = 0; i + 1 < plane::histogram_buckets; ++i) {
    ASSERT_EQ(plane::histogram_bucket(plane::histogram_ns(i)), i);
    ASSERT_EQ(plane::histogram_bucket(plane::histogram_ns(i) + 1), i + 1);
  }
}

TEST(histogram, version_1_froze_where_a_time_goes) {
  EXPECT_EQ(plane::histogram_bucket(0), 0U);
  EXPECT_EQ(plane::histogram_bucket(15), 15U);
  EXPECT_EQ(plane::histogram_bucket(16), 16U);
  EXPECT_EQ(plane::histogram_bucket(32), 32U);
  EXPECT_EQ(plane::histogram_bucket(1'000), 111U);
  EXPECT_EQ(plane::histogram_bucket(1'000'000), 270U);
  EXPECT_EQ(plane::histogram_bucket(UINT64_MAX), 527U);
}

TEST(times, percentiles_are_known_to_six_percent_and_never_too_small) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  for (std::uint64_t us = 1; us <= 1000; ++us) all.emplace_back(us * 1000, 1);
  const times seen = of(all);
  EXPECT_EQ(seen.total(), 1000U);
  for (const auto& [share, ns] : {std::pair(0.5, 500'000.0), std::pair(0.99, 990'000.0),
                                  std::pair(0.999, 999'000.0), std::pair(1.0, 1'000'000.0)}) {
    EXPECT_GE(static_cast<double>(seen.at(share)), ns);
    EXPECT_LE(static_cast<double>(seen.at(share)), ns * 1.07);
  }
}

TEST(times, rare_long_ones_show_only_where_they_belong) {
  const times seen = of({{10'000, 99'980}, {50'000'000, 20}});
  EXPECT_LT(seen.at(0.999), 11'000U);
  EXPECT_GE(seen.at(0.9999), 50'000'000U);
  EXPECT_EQ(seen.up_to(1'000'000), 99'980U);
  EXPECT_EQ(seen.buckets().size(), 2U);
}

TEST(times, of_workers_add_up_and_nothing_is_zero) {
  times all;
  EXPECT_EQ(all.at(0.5), 0U);
  EXPECT_EQ(all.up_to(5), 0U);
  all += of({{100, 3}});
  all += of({{100, 4}, {5'000, 1}});
  EXPECT_EQ(all.total(), 8U);
  EXPECT_EQ(all.at(1), plane::histogram_ns(plane::histogram_bucket(5'000)));
}

TEST(times, an_array_of_another_length_is_read_as_far_as_it_goes) {
  EXPECT_EQ(times({1, 2}).total(), 3U);
  EXPECT_EQ(times(std::vector<std::uint64_t>(1000, 1)).total(), plane::histogram_buckets);
}

}  // namespace
}  // namespace wirebird::control
