#include "dataplane/broker/remote_targets.hh"

namespace wirebird::broker {

std::size_t remote_targets::groups_of(unsigned worker, std::size_t bytes_max,
                                      std::string& names) const {
  names.clear();
  std::size_t count = 0;
  for (const choice& one : chosen_) {
    if (one.worker != worker) continue;
    if (count > 0 && names.size() + one.size > bytes_max) break;
    names.append(names_, one.begin, one.size);
    ++count;
  }
  return count;
}

void remote_targets::handed_over(unsigned worker, std::size_t groups) {
  plain_ &= ~(std::uint64_t{1} << worker);
  if (groups == 0) return;
  const auto is_done = [&](const choice& one) {
    if (one.worker != worker || groups == 0) return false;
    --groups;
    return true;
  };
  // In order, so that the first ones go.
  auto kept = chosen_.begin();
  for (const choice& one : chosen_)
    if (!is_done(one)) *kept++ = one;
  chosen_.erase(kept, chosen_.end());
}

}  // namespace wirebird::broker
