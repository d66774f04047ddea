#include "dataplane/broker/subscriptions.hh"

#include "protocol/subject.hh"

namespace wirebird::broker {

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
  if (others_ == nullptr) return;
  if (added.group != nullptr)
    others_->on_interest(subject, queue, added.group->members.size());
  else if (added.subject->plain.size() == 1)
    others_->on_interest(subject, {}, 1);
}

void subscriptions::retire(subscription& removed) {
  counts_.subscriptions_removed.add();
  if (others_ != nullptr) {
    const subject_entry& entry = *removed.subject;
    if (removed.group != nullptr)
      others_->on_interest(entry.text(), removed.group->text(), removed.group->members.size() - 1);
    else if (entry.plain.size() == 1)
      others_->on_interest(entry.text(), {}, 0);
  }
  take_out(removed);
}

void subscriptions::take_out(subscription& removed) {
  debug_check(!removed.retired);
  on_change(*removed.subject);
  table_.remove(removed);
  removed.retired = true;
  retired_.push_back({&removed, walks_});
}

void subscriptions::set_interest(unsigned worker, std::string_view subject, std::string_view queue,
                                 std::uint32_t members) {
  if (!queue.empty()) {
    set_group(worker, subject, queue, members);
    return;
  }
  table_.set_worker(subject, worker, members > 0);
  on_change(subject);
}

void subscriptions::set_group(unsigned worker, std::string_view subject, std::string_view queue,
                              std::uint32_t members) {
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
    on_change(*known->subject);
    return;
  }
  subscription& made = subscription::make({});
  made.kind = subscriber_kind::worker;
  made.worker = static_cast<std::uint8_t>(worker);
  made.weight = members;
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
