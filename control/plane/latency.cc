#include "control/plane/latency.hh"

#include "protocol/plane_histogram.hh"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wirebird::control {

namespace plane = protocol::plane;

times::times(std::vector<std::uint64_t> counts) : counts_(std::move(counts)) {
  counts_.resize(plane::histogram_buckets);
  total_ = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

times& times::operator+=(const times& other) {
  counts_.resize(plane::histogram_buckets);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  return *this;
}

std::uint64_t times::at(double share) const noexcept {
  if (total_ == 0) return 0;
  const double wanted = std::ceil(share * static_cast<double>(total_));
  std::uint64_t seen = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    last = i;
    seen += counts_[i];
    if (static_cast<double>(seen) >= wanted) break;
  }
  return plane::histogram_ns(last);
}

std::uint64_t times::up_to(std::uint64_t ns) const noexcept {
  if (counts_.empty()) return 0;
  const auto end = static_cast<std::ptrdiff_t>(plane::histogram_bucket(ns)) + 1;
  return std::accumulate(counts_.begin(), counts_.begin() + end, std::uint64_t{0});
}

double times::sum() const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    sum += static_cast<double>(counts_[i]) * static_cast<double>(plane::histogram_ns(i));
  return sum;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> times::buckets() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] > 0) found.emplace_back(plane::histogram_ns(i), counts_[i]);
  return found;
}

}  // namespace wirebird::control
