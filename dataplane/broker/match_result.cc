#include "dataplane/broker/match_result.hh"

#include <algorithm>

namespace wirebird::broker {

void match_result::clear() noexcept {
  targets_.clear();
  group_ends_.clear();
  found_groups_.clear();
  plain_ = 0;
  workers_ = 0;
  sure_workers_ = 0;
}

void match_result::add(const subject_entry& matching) {
  const auto plain = matching.plain.items();
  targets_.insert(targets_.end(), plain.begin(), plain.end());
  workers_ |= matching.workers;
  sure_workers_ |= matching.workers & ~matching.choosy;
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
  for (std::size_t i = 0; i < found_groups_.size();) {
    std::size_t end = i + 1;
    while (end < found_groups_.size() && found_groups_[end]->text() == found_groups_[i]->text())
      ++end;
    add_groups(std::span(found_groups_).subspan(i, end - i));
    i = end;
  }
}

void match_result::add_groups(std::span<queue_group* const> of_one_name) {
  group_end made;
  for (const queue_group* const group : of_one_name)
    for (subscription* const remote : group->remotes.items()) {
      targets_.push_back(remote);
      ++made.remotes;
      made.weight += remote->weight;
    }
  for (const queue_group* const group : of_one_name) {
    const auto members = group->members.items();
    targets_.insert(targets_.end(), members.begin(), members.end());
    made.weight += members.size();
  }
  made.end = targets_.size();
  group_ends_.push_back(made);
}

group_members match_result::group_named(std::string_view name) const noexcept {
  std::size_t low = 0;
  std::size_t high = groups();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const group_members found = group(middle);
    const std::string_view named = found.all.front()->group->text();
    if (named == name) return found;
    if (named < name)
      low = middle + 1;
    else
      high = middle;
  }
  return {};
}

void match_result::trim() {
  // Without exceptions, shrink_to_fit() does nothing.
  if (targets_.capacity() > 2 * targets_.size()) std::vector(targets_).swap(targets_);
  if (group_ends_.capacity() > 2 * group_ends_.size()) std::vector(group_ends_).swap(group_ends_);
  found_groups_ = {};
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
