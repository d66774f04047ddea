#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace wirebird::faults {

/// Tells growth from noise: a straight line through readings of resident memory.
class memory_trend {
 public:
  void add(double second, double bytes) { readings_.emplace_back(second, bytes); }

  /// By how much the line rises over the readings behind the first third, which is warm-up; 0 when
  /// there are fewer than four of those.
  [[nodiscard]] double growth_bytes() const {
    const std::size_t first = readings_.size() / 3;
    const auto count = static_cast<double>(readings_.size() - first);
    if (count < 4) return 0;
    double mean_x = 0;
    double mean_y = 0;
    for (std::size_t i = first; i < readings_.size(); ++i) {
      mean_x += readings_[i].first / count;
      mean_y += readings_[i].second / count;
    }
    double above = 0;
    double below = 0;
    for (std::size_t i = first; i < readings_.size(); ++i) {
      const double x = readings_[i].first - mean_x;
      above += x * (readings_[i].second - mean_y);
      below += x * x;
    }
    return above / below * (readings_.back().first - readings_[first].first);
  }

 private:
  std::vector<std::pair<double, double>> readings_;
};

}  // namespace wirebird::faults
