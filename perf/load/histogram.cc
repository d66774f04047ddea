#include "perf/load/histogram.hh"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wirebird::load {

std::size_t histogram::bucket_of(std::int64_t value_ns) {
  const auto value = static_cast<std::uint64_t>(value_ns);
  if (value < sub_buckets) return static_cast<std::size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bucket_bits;
  return shift * sub_buckets + static_cast<std::size_t>(value >> shift);
}

std::int64_t histogram::upper_edge(std::size_t bucket) {
  if (bucket < sub_buckets) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = bucket / sub_buckets - 1;
  const std::uint64_t leading = bucket - shift * sub_buckets;
  return static_cast<std::int64_t>(((leading + 1) << shift) - 1);
}

void histogram::record(std::int64_t value_ns) {
  const std::int64_t value = std::max<std::int64_t>(value_ns, 0);
  ++buckets_[bucket_of(value)];
  ++count_;
  sum_ns_ += value;
  max_ns_ = std::max(max_ns_, value);
}

std::int64_t histogram::percentile_ns(double percent) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(count_) * std::clamp(percent, 0.0, 100.0) / 100.0));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(upper_edge(bucket), max_ns_);
  }
  return max_ns_;
}

std::uint64_t histogram::count_above(std::int64_t value_ns) const {
  std::uint64_t above = 0;
  for (std::size_t bucket = bucket_of(std::max<std::int64_t>(value_ns, 0)) + 1;
       bucket < bucket_count; ++bucket) {
    above += buckets_[bucket];
  }
  return above;
}

}  // namespace wirebird::load
