#include "dataplane/broker/subscriptions.hh"

#include "protocol/subject.hh"

namespace wirebird::broker {

namespace {

std::uint32_t& filtered_beside(subscription& one) noexcept {
  return one.group != nullptr ? one.group->filtered : one.subject->filtered;
}

}  // namespace

subscriptions::counted subscriptions::count_beside(const subscription& one) noexcept {
  if (one.group != nullptr) return {one.group->members.size(), one.group->filtered};
  return {one.subject->plain.size(), one.subject->filtered};
}

subscriptions::~subscriptions() {
  while (!remotes_.empty()) {
    take_out(*remotes_.back());
    remotes_.pop_back();
  }
  table_.forget_workers();
  release_all_retired();
}

void subscriptions::on_change(const subject_entry& entry) {
  if (entry.place != nullptr)
    cache_.on_pattern_change(entry.text());
  else
    cache_.on_literal_change(entry.text(), entry.hash);
}

void subscriptions::on_change(std::string_view subject) {
  if (protocol::has_wildcard(subject))
    cache_.on_pattern_change(subject);
  else
    cache_.on_literal_change(subject, hash_(subject));
}

void subscriptions::add(subscription& added, std::string_view subject, std::string_view queue) {
  table_.add(added, subject, queue);
  on_change(*added.subject);
  counts_.subscriptions_added.add();
  const std::uint32_t filtered = added.filtered ? 1 : 0;
  filtered_beside(added) += filtered;
  const counted after = count_beside(added);
  tell(added, {after.all - 1, after.filtered - filtered}, after);
}

void subscriptions::retire(subscription& removed) {
  counts_.subscriptions_removed.add();
  const std::uint32_t filtered = removed.filtered ? 1 : 0;
  const counted before = count_beside(removed);
  tell(removed, before, {before.all - 1, before.filtered - filtered});
  filtered_beside(removed) -= filtered;
  take_out(removed);
}

void subscriptions::set_filtered(subscription& changed, bool filtered) {
  if (changed.filtered == filtered) return;
  const counted before = count_beside(changed);
  changed.filtered = filtered;
  filtered_beside(changed) += filtered ? 1U : -1U;
  tell(changed, before, count_beside(changed));
}

/// What the others have to know of the list that it stands in, if that has changed.
void subscriptions::tell(const subscription& one, const counted& before, const counted& after) {
  if (others_ == nullptr) return;
  if (one.group != nullptr) {
    const bool choosy = after.filtered > 0;
    if (after.all != before.all || choosy != (before.filtered > 0))
      others_->on_interest(one.subject->text(), one.group->text(), after.all, choosy);
    return;
  }
  const bool choosy = after.all > 0 && after.filtered == after.all;
  const bool was_choosy = before.all > 0 && before.filtered == before.all;
  if ((after.all > 0) != (before.all > 0) || choosy != was_choosy)
    others_->on_interest(one.subject->text(), {}, after.all > 0 ? 1 : 0, choosy);
}

void subscriptions::take_out(subscription& removed) {
  debug_check(!removed.retired);
  on_change(*removed.subject);
  table_.remove(removed);
  removed.retired = true;
  retired_.push_back({&removed, walks_});
}

void subscriptions::set_interest(unsigned worker, std::string_view subject, std::string_view queue,
                                 std::uint32_t members, bool choosy) {
  if (!queue.empty()) {
    set_group(worker, subject, queue, members, choosy);
    return;
  }
  table_.set_worker(subject, worker, members > 0, choosy);
  on_change(subject);
}

void subscriptions::set_group(unsigned worker, std::string_view subject, std::string_view queue,
                              std::uint32_t members, bool choosy) {
  subscription* const known = table_.find_remote(subject, queue, worker);
  if (members == 0) {
    if (known == nullptr) return;
    subscription*& place = remotes_[known->delivered];
    place = remotes_.back();
    place->delivered = known->delivered;
    remotes_.pop_back();
    take_out(*known);
    return;
  }
  if (known != nullptr) {
    known->weight = members;
    known->filtered = choosy;
    on_change(*known->subject);
    return;
  }
  subscription& made = subscription::make({});
  made.kind = subscriber_kind::worker;
  made.worker = static_cast<std::uint8_t>(worker);
  made.weight = members;
  made.filtered = choosy;
  made.delivered = remotes_.size();  // nothing is delivered to it: its place in remotes_
  remotes_.push_back(&made);
  table_.add(made, subject, queue);
  on_change(*made.subject);
}

match_ref subscriptions::match(std::string_view subject) {
  const std::uint64_t hash = hash_(subject);
  if (match_result* const kept = cache_.find(subject, hash)) {
    counts_.match_cache_hits.add();
    return match_ref(*kept);
  }
  counts_.match_cache_misses.add();
  match_ref fresh = pool_.take();
  table_.match(subject, hash, *fresh);
  cache_.offer(subject, hash, fresh);
  return fresh;
}

void subscriptions::release_retired(std::uint64_t oldest) {
  while (!retired_.empty() && retired_.front().walk < oldest) {
    subscription::end(*retired_.front().item);
    retired_.pop_front();
  }
}

}  // namespace wirebird::broker
