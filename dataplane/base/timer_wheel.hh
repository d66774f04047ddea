#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/time.hh"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wirebird {

struct timer_tag;

/// One deadline, inside the object that waits for it. Ends with its object, armed or not.
class timer : public list_hook<timer_tag> {
 public:
  /// Called once per arming, at or up to a tick after the deadline, never before. May arm itself
  /// again, and may end its own object.
  virtual void on_timer(instant now) = 0;

  [[nodiscard]] bool is_armed() const noexcept { return is_linked(); }
  /// requires: is_armed().
  [[nodiscard]] instant deadline() const noexcept { return deadline_; }
  void disarm() noexcept { unlink(); }

 protected:
  virtual ~timer() = default;

 private:
  friend class timer_wheel;
  instant deadline_{};
};

/// All deadlines of one worker: a hierarchical wheel (Varghese and Lauck 1987) of 1 ms ticks, eight
/// levels of 64 slots, which reach every instant there is. A deadline costs a constant to arm and
/// at most seven moves in its life; one within the hour, at most three. Owners with a deadline that
/// moves often (retransmission) leave the timer where it is and arm it anew only when it fires
/// early. Single-threaded.
class timer_wheel {
 public:
  static constexpr duration tick = std::chrono::milliseconds(1);
  static constexpr std::size_t no_limit = ~std::size_t{0};

  explicit timer_wheel(instant start) noexcept;

  /// (Re)arms for `deadline`; one in the past fires at the next advance().
  void arm(timer&, instant deadline) noexcept;
  /// Fires what is due at `now`, in the order of ticks and at most `most` of it: the others are
  /// first at the next call, and next_deadline() is in the past until then. A timer that a callback
  /// arms for the past fires at the next call, so a callback that keeps arming itself cannot hold
  /// the worker.
  void advance(instant now, std::size_t most = no_limit) noexcept;
  /// No timer fires before this; `never` when none is armed. Can be earlier than the first
  /// deadline: when a slot of a higher level must be spread, or was left by a disarmed timer.
  [[nodiscard]] instant next_deadline() const noexcept;
  /// Timers armed; walks them all: for tests and exit reports.
  [[nodiscard]] std::size_t armed() noexcept;

 private:
  static constexpr unsigned slot_bits = 6;
  static constexpr unsigned slots = 1U << slot_bits;
  static constexpr unsigned levels = 8;
  static_assert(never.time_since_epoch() / tick >> (slot_bits * levels) == 0);
  using slot_list = intrusive_list<timer, timer_tag>;

  static constexpr std::uint64_t no_tick = ~std::uint64_t{0};

  void place(timer&) noexcept;
  void process(std::uint64_t at) noexcept;
  void spread(unsigned level, unsigned slot) noexcept;
  [[nodiscard]] std::uint64_t tick_of(instant) const noexcept;
  /// The next tick at which a slot must be spread or fired; no_tick when every slot is unused.
  [[nodiscard]] std::uint64_t next_used_tick() const noexcept;

  std::array<std::array<slot_list, slots>, levels> wheel_;
  std::array<std::uint64_t, levels> used_{};  ///< bit per slot; may be set for an emptied slot
  slot_list overdue_;                         ///< due: their tick has been processed
  instant origin_;
  std::uint64_t now_tick_ = 0;  ///< all ticks up to here have been processed
};

}  // namespace wirebird
