#include "dataplane/broker/match_cache.hh"

#include "protocol/subject.hh"

#include <algorithm>

namespace wirebird::broker {

match_cache::match_cache(const subject_hash& hash) : hash_(hash), slots_(slots) {}

std::uint32_t match_cache::tag_of(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash >> 32);
}

std::uint16_t match_cache::bucket_of(std::string_view subject) const noexcept {
  const std::string_view first = subject.substr(0, subject.find('.'));
  return static_cast<std::uint16_t>(hash_(first) & (buckets - 1));
}

match_result* match_cache::find(std::string_view subject, std::uint64_t hash) {
  slot& at = slot_of(hash);
  if (!at.result || at.tag != tag_of(hash) || at.subject != subject) return nullptr;
  if (is_right(at)) return &*at.result;
  drop(at);
  at.candidate = at.tag;  // it was worth keeping: admitted again at once
  return nullptr;
}

bool match_cache::is_right(slot& at) const noexcept {
  if (at.right_at >= std::max(last_change_[at.bucket], last_change_[any_bucket])) return true;
  if (changes_ - at.right_at > changes_kept) return false;
  for (std::uint64_t number = at.right_at + 1; number <= changes_; ++number) {
    const change& made = log_[number % changes_kept];
    if (made.bucket != at.bucket && made.bucket != any_bucket) continue;
    if (protocol::matches(made.pattern, at.subject)) return false;
  }
  at.right_at = changes_;
  return true;
}

void match_cache::offer(std::string_view subject, std::uint64_t hash, const match_ref& result) {
  slot& at = slot_of(hash);
  if (at.candidate != tag_of(hash)) {
    at.candidate = tag_of(hash);
    return;
  }
  if (subject.size() > subject_bytes_max) return;
  result->trim();
  if (result->bytes() > bytes_max / 4) return;
  drop(at);
  make_room(result->bytes());
  at.tag = tag_of(hash);
  at.bucket = bucket_of(subject);
  at.fan_out = static_cast<std::uint32_t>(result->fan_out());
  at.right_at = changes_;
  at.subject.assign(subject);
  at.result = result;
  bytes_ += result->bytes();
}

void match_cache::drop(slot& at) noexcept {
  if (!at.result) return;
  bytes_ -= at.result->bytes();
  at.result = match_ref();
}

void match_cache::make_room(std::size_t bytes) noexcept {
  while (bytes_ + bytes > bytes_max) {
    drop(slots_[hand_]);
    hand_ = (hand_ + 1) % slots;
  }
}

bool match_cache::walk_some(cache_walk& walk, std::size_t count) const noexcept {
  const std::size_t end = std::min(walk.slot + count, slots);
  for (; walk.slot < end; ++walk.slot) {
    const slot& at = slots_[walk.slot];
    if (!at.result) continue;
    ++walk.results;
    walk.fan_out += at.fan_out;
    walk.widest = std::max<std::uint64_t>(walk.widest, at.fan_out);
  }
  return walk.slot == slots;
}

void match_cache::on_literal_change(std::string_view subject, std::uint64_t hash) {
  slot& at = slot_of(hash);
  if (!at.result || at.tag != tag_of(hash) || at.subject != subject) return;
  drop(at);
  at.candidate = at.tag;
}

void match_cache::on_pattern_change(std::string_view pattern) {
  const std::string_view first = pattern.substr(0, pattern.find('.'));
  ++changes_;
  change& made = log_[changes_ % changes_kept];
  made.pattern.assign(pattern);
  made.bucket = first == "*" || first == ">" ? any_bucket : bucket_of(pattern);
  last_change_[made.bucket] = changes_;
}

}  // namespace wirebird::broker
