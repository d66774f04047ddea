#pragma once

#include "tests/system/deadline.hh"

#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

namespace wirebird::system_tests {

/// A well mixed 64-bit value for each input (the finalizer of SplitMix64, Steele et al. 2014).
[[nodiscard]] inline std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

/// The bytes of message number `index`: every byte depends on the index, so that a mixed-up or
/// shifted payload shows.
inline void fill_payload(std::string& out, std::uint64_t index, std::size_t size) {
  out.resize(size);
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = mixed((index << 20U) + at);
    std::memcpy(out.data() + at, &word, std::min(sizeof word, size - at));
  }
}

/// A seed that is new each time, or the one in WIREBIRD_SEED; print it with the failure.
[[nodiscard]] inline std::uint64_t new_seed() {
  const char* given = std::getenv("WIREBIRD_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// What one subscriber has got so far: the first thing that was wrong, and how many came.
class receipt {
 public:
  /// Counts a message of `bytes`; `complaint` is kept if it is the first one.
  void add(std::size_t bytes, const std::string& complaint = {}) {
    const std::lock_guard lock(mutex_);
    ++messages_;
    bytes_ += bytes;
    if (complaint_.empty()) complaint_ = complaint;
    changed_.notify_all();
  }

  [[nodiscard]] std::uint64_t messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

  [[nodiscard]] std::string complaint() const {
    const std::lock_guard lock(mutex_);
    return complaint_;
  }

  /// returns: whether that many messages and bytes have come within `limit`.
  [[nodiscard]] bool wait_for(std::uint64_t messages, std::uint64_t bytes, milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return messages_ >= messages && bytes_ >= bytes; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  std::string complaint_;
};

}  // namespace wirebird::system_tests
