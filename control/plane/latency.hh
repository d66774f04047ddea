#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace wirebird::control {

/// How often which time was seen, out of the plane memory. Any thread.
class times {
 public:
  times() = default;
  /// `counts`: per bucket, as plane_histogram.hh says; more than it has are left out.
  explicit times(std::vector<std::uint64_t> counts);
  times& operator+=(const times&);

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  /// returns: a time in ns that at least this share of all did not exceed, known to 6 %; 0 when
  /// there are none. `share`: 0 to 1.
  [[nodiscard]] std::uint64_t at(double share) const noexcept;
  /// returns: how many took `ns` or less, give or take those of the bucket that it lies in.
  [[nodiscard]] std::uint64_t up_to(std::uint64_t ns) const noexcept;
  /// About the sum of all, in ns.
  [[nodiscard]] double sum() const noexcept;
  /// Buckets that are not empty: the longest time each counts, in ns, and its count.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> buckets() const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

/// The percentiles that pages show.
inline constexpr std::pair<const char*, double> percentiles[] = {
    {"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}, {"p9999", 0.9999}};

}  // namespace wirebird::control
