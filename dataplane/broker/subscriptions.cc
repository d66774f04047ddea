#include "dataplane/broker/subscriptions.hh"

namespace wirebird::broker {

subscriptions::~subscriptions() {
  release_all_retired();
}

void subscriptions::on_change(const subject_entry& entry) {
  if (entry.place != nullptr)
    cache_.on_pattern_change(entry.text());
  else
    cache_.on_literal_change(entry.text(), entry.hash);
}

void subscriptions::add(subscription& added, std::string_view subject, std::string_view queue) {
  table_.add(added, subject, queue);
  on_change(*added.subject);
  counts_.subscriptions_added.add();
}

void subscriptions::retire(subscription& removed) {
  debug_check(!removed.retired);
  on_change(*removed.subject);
  table_.remove(removed);
  removed.retired = true;
  retired_.push_back({&removed, walks_});
  counts_.subscriptions_removed.add();
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
