#include "dataplane/broker/subject_table.hh"

#include "protocol/subject.hh"

#include <utility>
#include <vector>

namespace wirebird::broker {

subject_entry* subject_table::literal(std::string_view subject, std::uint64_t hash) const noexcept {
  return literals_.find(hash, [&](const subject_entry& entry) { return entry.text() == subject; });
}

subject_entry& subject_table::entry_for(std::string_view subject) {
  if (protocol::has_wildcard(subject)) {
    subject_entry& entry = patterns_.entry_for(subject);
    if (entry.empty()) entry.hash = hash_(subject);
    return entry;
  }
  const std::uint64_t hash = hash_(subject);
  if (subject_entry* const found = literal(subject, hash)) return *found;
  subject_entry& made = subject_entry::make(subject);
  made.hash = hash;
  literals_.insert(hash, made);
  return made;
}

subject_entry* subject_table::find_entry(std::string_view subject) const noexcept {
  return protocol::has_wildcard(subject) ? patterns_.find(subject)
                                         : literal(subject, hash_(subject));
}

queue_group* subject_table::find_group(const subject_entry& entry, std::string_view queue,
                                       std::uint64_t hash) const noexcept {
  return groups_.find(hash, [&](const queue_group& group) {
    return group.subject == &entry && group.text() == queue;
  });
}

queue_group& subject_table::group_for(subject_entry& entry, std::string_view queue) {
  const std::uint64_t hash = hash_(queue, entry.hash);
  if (queue_group* const found = find_group(entry, queue, hash)) return *found;
  queue_group& made = queue_group::make(queue);
  made.subject = &entry;
  made.hash = hash;
  groups_.insert(hash, made);
  entry.groups.add(made);
  return made;
}

void subject_table::add(subscription& added, std::string_view subject, std::string_view queue) {
  subject_entry& entry = entry_for(subject);
  added.subject = &entry;
  if (queue.empty()) {
    entry.plain.add(added);
  } else {
    added.group = &group_for(entry, queue);
    if (added.kind == subscriber_kind::worker)
      added.group->remotes.add(added);
    else
      added.group->members.add(added);
  }
  if (added.kind != subscriber_kind::worker) ++subscriptions_;
}

void subject_table::set_worker(std::string_view subject, unsigned worker, bool wants, bool choosy) {
  const std::uint64_t bit = std::uint64_t{1} << worker;
  if (wants) {
    subject_entry& entry = entry_for(subject);
    entry.workers |= bit;
    entry.choosy = choosy ? entry.choosy | bit : entry.choosy & ~bit;
  } else if (subject_entry* const entry = find_entry(subject)) {
    entry->workers &= ~bit;
    entry->choosy &= ~bit;
    drop_if_empty(*entry);
  }
}

void subject_table::forget_workers() {
  std::vector<subject_entry*> all = patterns_.entries();
  literals_.for_each([&all](subject_entry& entry) { all.push_back(&entry); });
  for (subject_entry* const entry : all) {
    entry->workers = 0;
    entry->choosy = 0;
    drop_if_empty(*entry);
  }
}

subscription* subject_table::find_remote(std::string_view subject, std::string_view queue,
                                         unsigned worker) const noexcept {
  const subject_entry* const entry = find_entry(subject);
  if (entry == nullptr) return nullptr;
  const queue_group* const group = find_group(*entry, queue, hash_(queue, entry->hash));
  if (group == nullptr) return nullptr;
  for (subscription* const remote : group->remotes.items())
    if (remote->worker == worker) return remote;
  return nullptr;
}

void subject_table::leave_group(subscription& removed) {
  queue_group& group = *std::exchange(removed.group, nullptr);
  if (removed.kind == subscriber_kind::worker)
    group.remotes.remove(removed);
  else
    group.members.remove(removed);
  if (!group.members.empty() || !group.remotes.empty()) return;
  group.subject->groups.remove(group);
  groups_.erase(group.hash, group);
  queue_group::end(group);
}

void subject_table::remove(subscription& removed) {
  subject_entry& entry = *std::exchange(removed.subject, nullptr);
  if (removed.group != nullptr)
    leave_group(removed);
  else
    entry.plain.remove(removed);
  if (removed.kind != subscriber_kind::worker) --subscriptions_;
  drop_if_empty(entry);
}

void subject_table::drop_if_empty(subject_entry& entry) {
  if (!entry.empty()) return;
  if (entry.place != nullptr) {
    patterns_.remove(entry);
  } else {
    literals_.erase(entry.hash, entry);
    subject_entry::end(entry);
  }
}

void subject_table::match(std::string_view subject, std::uint64_t hash, match_result& result) {
  result.clear();
  if (protocol::is_well_formed(subject)) {
    if (const subject_entry* const entry = literal(subject, hash)) result.add(*entry);
    patterns_.match(subject, result);
  }
  result.finish();
}

}  // namespace wirebird::broker
