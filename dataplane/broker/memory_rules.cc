#include "dataplane/broker/memory_rules.hh"

#include "dataplane/broker/session.hh"

#include <algorithm>
#include <utility>

namespace wirebird::broker {

namespace {

/// One whole message with the block in which it ends, but no more than the share of a small arena.
std::size_t reserve_for(std::uint32_t message_bytes_max, std::size_t share) noexcept {
  const std::size_t blocks = message_bytes_max / arena::block_bytes_max + 2;
  return std::min(blocks * arena::block_bytes_max, share);
}

}  // namespace

memory_rules::memory_rules(arena& memory, timer_wheel& timers,
                           std::uint32_t message_bytes_max) noexcept
    : memory_(memory), timers_(timers), shares_(shares_of(memory.limit_bytes())) {
  set_message_bytes_max(message_bytes_max);
}

void memory_rules::set_message_bytes_max(std::uint32_t message_bytes_max) noexcept {
  reserve_bytes_ = reserve_for(message_bytes_max, shares_.messages);
  margin_bytes_ = std::min(reserve_bytes_, shares_.output / 4);
}

bool memory_rules::may_gather(session& asking) noexcept {
  const std::size_t left = memory_.limit_bytes() - memory_.used_bytes();
  if (message_bytes_ + reserve_bytes_ < shares_.messages && left > reserve_bytes_) return true;
  if (finisher_ == nullptr) finisher_ = &asking;
  return finisher_ == &asking;
}

void memory_rules::on_grown(session& holder, std::size_t bytes, instant now) noexcept {
  message_bytes_ += bytes;
  on_half(holder, now);
}

void memory_rules::on_line(session& holder, std::size_t bytes, instant now) noexcept {
  line_bytes_ += bytes;
  on_half(holder, now);
}

void memory_rules::on_whole_message(session& done, std::size_t bytes) noexcept {
  message_bytes_ -= bytes;
  on_whole(done);
}

void memory_rules::on_whole_line(session& done, std::size_t bytes) noexcept {
  line_bytes_ -= bytes;
  on_whole(done);
}

void memory_rules::on_half(session& holder, instant now) noexcept {
  if (static_cast<list_hook<half_tag>&>(holder).is_linked()) return;
  holder.half_since = now;
  halves_.push_back(holder);
}

void memory_rules::on_whole(session& done) noexcept {
  if (finisher_ == &done) finisher_ = nullptr;
  static_cast<list_hook<half_tag>&>(done).unlink();
}

void memory_rules::on_resumed(session& holder, instant now) noexcept {
  auto& hook = static_cast<list_hook<half_tag>&>(holder);
  if (!hook.is_linked()) return;
  hook.unlink();
  on_half(holder, now);
}

void memory_rules::forget(session& closed) noexcept {
  on_whole(closed);
  static_cast<list_hook<starved_tag>&>(closed).unlink();
  if (waiting_.empty()) disarm();
}

void memory_rules::wait(session& starved, instant now) noexcept {
  waiting_.push_back(starved);
  if (!is_armed()) timers_.arm(*this, now + retry_time);
}

void memory_rules::close_oldest_halves(instant now) {
  intrusive_list<session, half_tag> kept;
  for (std::size_t i = 0; i < looked_at_per_turn && !halves_.empty(); ++i) {
    session& oldest = halves_.front();
    if (now - oldest.half_since < half_time) break;
    kept.push_back(halves_.pop_front());
    // Who waits itself is not to blame: it could not read.
    if (!static_cast<list_hook<starved_tag>&>(oldest).is_linked())
      oldest.on_unfinished_in_shortage(now);
  }
  kept.splice_back(halves_);
  halves_.splice_back(kept);
}

void memory_rules::on_timer(instant now) {
  close_oldest_halves(now);
  intrusive_list<session, starved_tag> all;
  all.splice_back(waiting_);
  for (std::size_t i = 0; i < retries_per_turn && !all.empty(); ++i) all.pop_front().on_memory(now);
  // Those that still starve have joined waiting_ again; they come behind those not yet asked.
  all.splice_back(waiting_);
  waiting_.splice_back(all);
  if (!waiting_.empty() && !is_armed()) timers_.arm(*this, now + retry_time);
}

}  // namespace wirebird::broker
