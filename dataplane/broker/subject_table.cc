#include "dataplane/broker/subject_table.hh"

#include "protocol/subject.hh"

#include <utility>

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

queue_group& subject_table::group_for(subject_entry& entry, std::string_view queue) {
  const std::uint64_t hash = hash_(queue, entry.hash);
  queue_group* const found = groups_.find(hash, [&](const queue_group& group) {
    return group.subject == &entry && group.text() == queue;
  });
  if (found != nullptr) return *found;
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
    added.group->members.add(added);
  }
  ++subscriptions_;
}

void subject_table::leave_group(subscription& removed) {
  queue_group& group = *std::exchange(removed.group, nullptr);
  group.members.remove(removed);
  if (!group.members.empty()) return;
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
  --subscriptions_;
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
