#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wirebird::agent {

/// Figures of all workers together, by name, in the order of the first one.
class figures {
 public:
  void add(std::string_view name, std::uint64_t value) {
    const auto known = std::find_if(sums_.begin(), sums_.end(),
                                    [name](const auto& entry) { return entry.first == name; });
    if (known != sums_.end())
      known->second += value;
    else
      sums_.emplace_back(name, value);
  }
  /// `title: name=sum name=sum ...`
  [[nodiscard]] std::string text(std::string title, bool with_zeros) const {
    title += ':';
    for (const auto& [name, sum] : sums_) {
      if (sum == 0 && !with_zeros) continue;
      title += ' ';
      title += name;
      title += '=' + std::to_string(sum);
    }
    return title;
  }

 private:
  std::vector<std::pair<std::string_view, std::uint64_t>> sums_;
};

}  // namespace wirebird::agent
