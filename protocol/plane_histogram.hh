#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

/// Histograms of times in the plane memory: a count per bucket. Up to 16 ns each value has one of
/// its own; above, each power of two is cut into 16, so a value is known to 6 %. Part of version 1.
namespace wirebird::protocol::plane {

inline constexpr unsigned histogram_steps_bits = 4;
inline constexpr std::uint64_t histogram_steps = std::uint64_t{1} << histogram_steps_bits;
inline constexpr unsigned histogram_value_bits = 36;
/// About 68 s; longer ones count as this.
inline constexpr std::uint64_t histogram_ns_max = (std::uint64_t{1} << histogram_value_bits) - 1;
inline constexpr std::size_t histogram_buckets =
    histogram_steps * (histogram_value_bits - histogram_steps_bits + 1);

[[nodiscard]] constexpr std::size_t histogram_bucket(std::uint64_t ns) noexcept {
  ns = std::min(ns, histogram_ns_max);
  if (ns < histogram_steps) return ns;
  const auto shift = static_cast<unsigned>(std::bit_width(ns)) - histogram_steps_bits - 1;
  return (shift + 1) * histogram_steps + ((ns >> shift) - histogram_steps);
}

/// The longest time that a bucket counts. requires: bucket < histogram_buckets.
[[nodiscard]] constexpr std::uint64_t histogram_ns(std::size_t bucket) noexcept {
  if (bucket < histogram_steps) return bucket;
  const std::size_t shift = bucket / histogram_steps - 1;
  return ((bucket % histogram_steps + histogram_steps + 1) << shift) - 1;
}

static_assert(histogram_bucket(histogram_ns_max) == histogram_buckets - 1);
static_assert(histogram_ns(histogram_buckets - 1) == histogram_ns_max);

}  // namespace wirebird::protocol::plane
