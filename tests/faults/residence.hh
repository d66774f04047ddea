#pragma once

#include "tests/faults/stage.hh"

#include <cstdint>
#include <map>

namespace wirebird::faults {

/// How long messages have stayed in the only worker, as its page says: from the last byte in to the
/// hand-over. For scenarios with_monitoring().
class residence {
 public:
  /// Since the worker's start.
  explicit residence(stage&);
  /// returns: ms within which 999 of 1000 were handed over of those that are not in `earlier`.
  [[nodiscard]] double p999_ms_since(const residence& earlier) const;

 private:
  std::map<std::uint64_t, std::uint64_t> counts_;  ///< by the longest time in ns of their bucket
};

}  // namespace wirebird::faults
