#include "dataplane/broker/match_result.hh"

#include <algorithm>

namespace wirebird::broker {

void match_result::clear() noexcept {
  targets_.clear();
  group_ends_.clear();
  found_groups_.clear();
  plain_ = 0;
}

void match_result::add(const subject_entry& matching) {
  const auto plain = matching.plain.items();
  targets_.insert(targets_.end(), plain.begin(), plain.end());
  const auto groups = matching.groups.items();
  found_groups_.insert(found_groups_.end(), groups.begin(), groups.end());
}

void match_result::finish() {
  plain_ = targets_.size();
  if (found_groups_.empty()) return;
  // Equal names come to stand side by side; the order of groups is nobody's business.
  if (found_groups_.size() > 1)
    std::sort(found_groups_.begin(), found_groups_.end(),
              [](const queue_group* a, const queue_group* b) { return a->text() < b->text(); });
  for (std::size_t i = 0; i < found_groups_.size(); ++i) {
    const auto members = found_groups_[i]->members.items();
    targets_.insert(targets_.end(), members.begin(), members.end());
    if (i > 0 && found_groups_[i]->text() == found_groups_[i - 1]->text())
      group_ends_.back() = targets_.size();
    else
      group_ends_.push_back(targets_.size());
  }
}

match_ref match_pool::take() {
  std::unique_ptr<match_result> taken;
  if (idle_.empty()) {
    taken = std::make_unique<match_result>();
    taken->home_ = this;
  } else {
    taken = std::move(idle_.back());
    idle_.pop_back();
    taken->clear();
  }
  return match_ref(*taken.release());
}

void match_pool::give_back(match_result& returned) noexcept {
  std::unique_ptr<match_result> owned(&returned);
  if (idle_.size() >= idle_max || owned->targets_.capacity() > idle_targets_max) return;
  idle_.push_back(std::move(owned));
}

}  // namespace wirebird::broker
