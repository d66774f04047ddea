#pragma once

#include <atomic>
#include <cstdint>

namespace wirebird {

/// A count that one worker raises and any thread may read: a plain add for the writer, never torn
/// for the reader. Rooms keep theirs in a struct with a line of meaning each and a
/// `for_each(visitor)` that names them.
class counter {
 public:
  void add(std::uint64_t amount = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace wirebird
