#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace wirebird {

/// A bounded queue from one thread to one other, without locks: neither side ever waits. `Capacity`
/// is a power of two. Each side keeps a copy of the other's position and looks again only when the
/// ring seems full or empty, so in a steady stream the two rarely touch the same cache line.
template <typename T, std::size_t Capacity>
class spsc_ring {
  static_assert(Capacity > 0 && (Capacity & (Capacity - 1)) == 0);

 public:
  /// Producer only. returns: false when full; the item was not taken.
  [[nodiscard]] bool push(const T& item) noexcept {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ == Capacity) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ == Capacity) return false;
    }
    items_[tail & (Capacity - 1)] = item;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Consumer only.
  [[nodiscard]] bool empty() noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) tail_seen_ = tail_.load(std::memory_order_acquire);
    return head == tail_seen_;
  }

  /// Consumer only. returns: false when empty.
  [[nodiscard]] bool pop(T& item) noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) return false;
    }
    item = items_[head & (Capacity - 1)];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  static constexpr std::size_t line = 64;
  alignas(line) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;  // the producer's
  alignas(line) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;  // the consumer's
  alignas(line) std::array<T, Capacity> items_{};
};

}  // namespace wirebird
