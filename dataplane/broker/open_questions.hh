#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wirebird::broker {

/// Requests that only other workers' clients may have taken: who asked is told that nobody has one
/// when each of its targets there has said so. Of a request with several targets a number and a
/// count are remembered, for the newest `remembered`; targets that have taken theirs say nothing,
/// so nothing else ends a question. One worker.
class open_questions {
 public:
  /// What one more target without anybody means.
  enum class outcome : std::uint8_t {
    open,       ///< another target may have taken it
    refused,    ///< that was the last one: nobody has it
    forgotten,  ///< too many were asked since: nobody knows
  };

  /// `targets`: how many are asked, at least 1. returns: the question's number, never 0.
  [[nodiscard]] std::uint64_t ask(std::size_t targets) {
    if (targets == 1) return to_one;
    if (entries_.empty()) entries_.resize(remembered);
    const std::uint64_t number = next_++;
    entries_[number % remembered] = {number, targets};
    return number;
  }
  /// One target has nobody. requires: a number that ask() gave.
  [[nodiscard]] outcome on_nobody(std::uint64_t number) noexcept {
    if (number == to_one) return outcome::refused;
    entry& asked = entries_[number % remembered];
    if (asked.number != number) return outcome::forgotten;
    return --asked.targets == 0 ? outcome::refused : outcome::open;
  }

  /// 16 KiB per worker, touched with the first such request. An answer comes within a few
  /// iterations.
  static constexpr std::size_t remembered = 1024;

 private:
  struct entry {
    std::uint64_t number = 0;
    std::uint64_t targets = 0;
  };
  static constexpr std::uint64_t to_one = 1;  ///< all of them: nothing has to be remembered
  std::vector<entry> entries_;
  std::uint64_t next_ = to_one + 1;
};

}  // namespace wirebird::broker
