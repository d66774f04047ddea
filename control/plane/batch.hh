#pragma once

#include "control/plane/rows_wanted.hh"
#include "control/plane/snapshot.hh"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace wirebird::control {

/// What the pages that one refresh serves have in common: those that want the same rows are made
/// from one snapshot. On the loop, from the end of the refresh until each of them has what it
/// needs.
class batch {
 public:
  /// `take`: makes the snapshot for the first that wants these rows.
  template <typename Take>
  [[nodiscard]] std::shared_ptr<const snapshot> get(const rows_wanted& wanted, Take take) {
    const auto same = std::ranges::find(taken_, wanted, &picture::first);
    if (same != taken_.end()) return same->second;
    return taken_.emplace_back(wanted, take(wanted)).second;
  }

 private:
  using picture = std::pair<rows_wanted, std::shared_ptr<const snapshot>>;
  std::vector<picture> taken_;
};

}  // namespace wirebird::control
