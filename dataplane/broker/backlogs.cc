#include "dataplane/broker/backlogs.hh"

#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <cstddef>

namespace wirebird::broker {

namespace {

bool is_stuck(const session& one, instant now) noexcept {
  return now - one.waits_since() >= eviction_wait_min;
}

}  // namespace

void backlogs::add(session& one) noexcept {
  if (!static_cast<list_hook<waiting_tag>&>(one).is_linked()) waiting_.push_back(one);
}

bool backlogs::make_room(instant now) {
  if (in_vain_at_ == now) return false;
  std::size_t worst = 0;
  std::size_t worst_stuck = 0;
  intrusive_list<session, waiting_tag> looked_at;
  for (std::size_t i = 0; i < eviction_candidates_max && !waiting_.empty(); ++i) {
    session& one = waiting_.pop_front();
    looked_at.push_back(one);
    const std::size_t pinned = one.output().pinned_bytes();
    worst = std::max(worst, pinned);
    if (is_stuck(one, now)) worst_stuck = std::max(worst_stuck, pinned);
  }
  const bool only_stuck = worst_stuck > 0;
  // Whoever reads and has next to nothing waiting is not the reason.
  const bool has_victims = only_stuck || worst >= backlog_bytes_min;
  const std::size_t least = (only_stuck ? worst_stuck : worst) / 2;
  const std::size_t before = memory_.used_bytes();
  const std::size_t wanted = share_ / eviction_fraction;
  bool any = false;
  while (!looked_at.empty()) {
    session& one = looked_at.pop_front();
    waiting_.push_back(one);
    const bool is_enough = before - memory_.used_bytes() >= wanted;
    if (is_enough || !has_victims || (only_stuck && !is_stuck(one, now))) continue;
    if (one.output().pinned_bytes() < least) continue;
    one.evict(now);
    any = true;
  }
  if (!any) in_vain_at_ = now;
  return any;
}

}  // namespace wirebird::broker
