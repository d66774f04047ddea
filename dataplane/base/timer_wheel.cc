#include "dataplane/base/timer_wheel.hh"

#include <algorithm>
#include <bit>

namespace wirebird {

timer_wheel::timer_wheel(instant start) noexcept : origin_(start) {}

std::uint64_t timer_wheel::tick_of(instant deadline) const noexcept {
  if (deadline <= origin_) return 0;
  const auto since = static_cast<std::uint64_t>((deadline - origin_).count());
  const auto length = static_cast<std::uint64_t>(tick.count());
  return since / length + (since % length != 0 ? 1 : 0);  // never early
}

void timer_wheel::arm(timer& timer, instant deadline) noexcept {
  timer.disarm();
  timer.deadline_ = deadline;
  place(timer);
}

void timer_wheel::place(timer& timer) noexcept {
  const std::uint64_t due = tick_of(timer.deadline_);
  if (due <= now_tick_) {
    overdue_.push_back(timer);
    return;
  }
  // The level is that of the highest digit (base 64) in which the due tick differs from now: its
  // slot is reached, and spread over lower levels, before the tick comes.
  const auto highest = static_cast<unsigned>(std::bit_width(due ^ now_tick_)) - 1;
  const unsigned level = highest / slot_bits;
  const auto slot = static_cast<unsigned>(due >> (slot_bits * level)) & (slots - 1);
  wheel_[level][slot].push_back(timer);
  used_[level] |= std::uint64_t{1} << slot;
}

std::uint64_t timer_wheel::next_used_tick() const noexcept {
  for (unsigned level = 0; level < levels; ++level) {
    const std::uint64_t position = now_tick_ >> (slot_bits * level);
    const unsigned current = static_cast<unsigned>(position) & (slots - 1);
    // Slots at or below the current one of this turn were processed and are unused.
    const std::uint64_t ahead = used_[level] & ~((std::uint64_t{2} << current) - 1);
    if (ahead == 0) continue;
    const auto slot = static_cast<std::uint64_t>(std::countr_zero(ahead));
    return ((position & ~std::uint64_t{slots - 1}) | slot) << (slot_bits * level);
  }
  return no_tick;
}

void timer_wheel::spread(unsigned level, unsigned slot) noexcept {
  slot_list moving;
  moving.splice_back(wheel_[level][slot]);
  used_[level] &= ~(std::uint64_t{1} << slot);
  while (!moving.empty()) place(moving.pop_front());
}

void timer_wheel::process(std::uint64_t at) noexcept {
  now_tick_ = at;
  for (unsigned level = levels - 1; level > 0; --level) {
    const std::uint64_t below = (std::uint64_t{1} << (slot_bits * level)) - 1;
    if ((at & below) != 0) continue;
    spread(level, static_cast<unsigned>(at >> (slot_bits * level)) & (slots - 1));
  }
  spread(0, static_cast<unsigned>(at) & (slots - 1));
}

void timer_wheel::advance(instant now, std::size_t most) noexcept {
  if (now < origin_) return;
  const auto target = static_cast<std::uint64_t>((now - origin_) / tick);
  for (std::uint64_t at = next_used_tick(); at <= target; at = next_used_tick()) process(at);
  now_tick_ = std::max(now_tick_, target);
  slot_list due;
  due.splice_back(overdue_);
  for (std::size_t i = 0; i < most && !due.empty(); ++i) due.pop_front().on_timer(now);
  due.splice_back(overdue_);
  overdue_.splice_back(due);
}

instant timer_wheel::next_deadline() const noexcept {
  if (!overdue_.empty()) return origin_ + static_cast<std::int64_t>(now_tick_) * tick;
  const std::uint64_t next = next_used_tick();
  return next == no_tick ? never : origin_ + static_cast<std::int64_t>(next) * tick;
}

std::size_t timer_wheel::armed() noexcept {
  std::size_t count = 0;
  for (auto& level : wheel_)
    for (auto& slot : level) slot.for_each([&count](timer&) { ++count; });
  overdue_.for_each([&count](timer&) { ++count; });
  return count;
}

}  // namespace wirebird
