#include "perf/load/histogram.hh"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::load {
namespace {

TEST(histogram, nothing_recorded_reads_as_zero) {
  const histogram empty;
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.percentile_ns(99.9), 0);
  EXPECT_EQ(empty.max_ns(), 0);
}

TEST(histogram, small_values_are_exact) {
  histogram spans;
  for (std::int64_t value = 1; value <= 100; ++value) spans.record(value);
  EXPECT_EQ(spans.percentile_ns(50), 50);
  EXPECT_EQ(spans.percentile_ns(99), 99);
  EXPECT_EQ(spans.percentile_ns(100), 100);
  EXPECT_EQ(spans.percentile_ns(0), 1);
  EXPECT_EQ(spans.sum_ns(), 5050);
}

TEST(histogram, percentiles_are_at_most_one_bucket_above_the_sorted_truth) {
  const unsigned seed = 20261121;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> shape(10, 3);
  histogram spans;
  std::vector<std::int64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<std::int64_t>(shape(random)));
    spans.record(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(100'000.0 * percent / 100.0));
    const std::int64_t truth = all[rank - 1];
    EXPECT_GE(spans.percentile_ns(percent), truth) << percent;
    EXPECT_LE(spans.percentile_ns(percent), truth + truth / 128 + 1) << percent;
  }
}

TEST(histogram, largest_and_negative_values_have_a_place) {
  histogram spans;
  spans.record(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(spans.percentile_ns(50), std::numeric_limits<std::int64_t>::max());
  spans.record(-5);
  EXPECT_EQ(spans.percentile_ns(50), 0);
}

TEST(histogram, count_above_ignores_the_bucket_of_the_limit) {
  histogram spans;
  spans.record(1'000);
  spans.record(1'100);
  spans.record(2'000'000);
  EXPECT_EQ(spans.count_above(1'000), 2U);
  EXPECT_EQ(spans.count_above(1'000'000), 1U);
}

}  // namespace
}  // namespace wirebird::load
