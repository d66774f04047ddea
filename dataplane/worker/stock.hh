#pragma once

#include "dataplane/worker/worker.hh"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::worker {

/// What one worker holds. Another thread asks; the worker answers when it next goes to sleep, since
/// counting walks every armed timer.
class stock {
 public:
  static constexpr std::array<std::string_view, 5> names{"frames", "chunks", "timers", "sessions",
                                                         "subscriptions"};

  /// Any thread.
  void ask() noexcept { asked_.store(true, std::memory_order_relaxed); }

  /// The worker's thread, as the next.
  [[nodiscard]] bool is_asked_for() const noexcept {
    return asked_.load(std::memory_order_relaxed);
  }
  /// `frames_out`: frames that are not in their pool.
  void take(worker& self, std::size_t frames_out) noexcept {
    set({frames_out, self.memory.blocks_in_use(), self.timers.armed(), self.broker.sessions(),
         self.broker.subscriptions()});
    asked_.store(false, std::memory_order_relaxed);
  }

  /// Any thread: the last answer, in the order of `names`.
  [[nodiscard]] std::array<std::uint64_t, names.size()> read() const noexcept {
    std::array<std::uint64_t, names.size()> values{};
    for (std::size_t i = 0; i < names.size(); ++i)
      values[i] = values_[i].load(std::memory_order_relaxed);
    return values;
  }

 private:
  void set(const std::array<std::uint64_t, names.size()>& values) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i)
      values_[i].store(values[i], std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint64_t>, names.size()> values_{};
  std::atomic<bool> asked_{false};
};

}  // namespace wirebird::worker
