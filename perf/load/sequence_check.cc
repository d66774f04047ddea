#include "perf/load/sequence_check.hh"

#include <iterator>

namespace wirebird::load {

void sequence_check::on_unexpected(std::uint64_t sequence) {
  if (sequence > next_) {
    if (missing_.size() == gaps_max) {
      faults_.lost += missing_.begin()->second - missing_.begin()->first;
      missing_.erase(missing_.begin());
    }
    missing_.emplace(next_, sequence);
    next_ = sequence + 1;
    return;
  }
  auto gap = missing_.upper_bound(sequence);
  if (gap == missing_.begin() || std::prev(gap)->second <= sequence) {
    ++faults_.duplicated;
    return;
  }
  --gap;
  const auto [first, behind] = *gap;
  missing_.erase(gap);
  if (first < sequence) missing_.emplace(first, sequence);
  if (sequence + 1 < behind) missing_.emplace(sequence + 1, behind);
  ++faults_.reordered;
}

sequence_faults sequence_check::faults(std::uint64_t sent) const {
  sequence_faults result = faults_;
  for (const auto& [first, behind] : missing_) result.lost += behind - first;
  if (sent > next_) result.lost += sent - next_;
  return result;
}

}  // namespace wirebird::load
