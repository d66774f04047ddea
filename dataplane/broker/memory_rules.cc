#include "dataplane/broker/memory_rules.hh"

#include "dataplane/broker/session.hh"

#include <algorithm>
#include <utility>

namespace wirebird::broker {

namespace {

/// One whole message with the block in which it ends, but no more than half of a small arena.
std::size_t reserve_for(std::uint32_t message_bytes_max, std::size_t limit_bytes) noexcept {
  const std::size_t blocks = message_bytes_max / arena::block_bytes_max + 2;
  return std::min(blocks * arena::block_bytes_max, limit_bytes / 2);
}

}  // namespace

memory_rules::memory_rules(arena& memory, timer_wheel& timers,
                           std::uint32_t message_bytes_max) noexcept
    : memory_(memory),
      timers_(timers),
      reserve_bytes_(reserve_for(message_bytes_max, memory.limit_bytes())) {}

bool memory_rules::may_gather(session& asking, instant now) noexcept {
  if (memory_.limit_bytes() - memory_.used_bytes() > reserve_bytes_) return true;
  if (finisher_ == nullptr) {
    finisher_ = &asking;
    finisher_since_ = now;
  }
  return finisher_ == &asking;
}

void memory_rules::on_gathered(session& done) noexcept {
  if (finisher_ == &done) finisher_ = nullptr;
}

void memory_rules::forget(session& closed) noexcept {
  on_gathered(closed);
  static_cast<list_hook<starved_tag>&>(closed).unlink();
  if (waiting_.empty()) disarm();
}

void memory_rules::wait(session& starved, instant now) noexcept {
  waiting_.push_back(starved);
  if (!is_armed()) timers_.arm(*this, now + retry_time);
}

void memory_rules::on_timer(instant now) {
  if (finisher_ != nullptr && now - finisher_since_ >= finisher_time &&
      !static_cast<list_hook<starved_tag>&>(*finisher_).is_linked())
    finisher_->on_unfinished_in_shortage(now);
  intrusive_list<session, starved_tag> all;
  all.splice_back(waiting_);
  for (std::size_t i = 0; i < retries_per_turn && !all.empty(); ++i) all.pop_front().on_memory(now);
  // Those that still starve have joined waiting_ again; they come behind those not yet asked.
  all.splice_back(waiting_);
  waiting_.splice_back(all);
  if (!waiting_.empty() && !is_armed()) timers_.arm(*this, now + retry_time);
}

}  // namespace wirebird::broker
