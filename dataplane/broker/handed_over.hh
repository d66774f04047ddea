#pragma once

#include "dataplane/base/time.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace wirebird::broker {

/// Messages that were given to their transport since the last take(), by when each had been
/// received whole. What is flushed to one client together counts as old as the oldest of it; with
/// more different times than there is room for, those beyond join the oldest. So no message counts
/// as younger than it is. One worker.
class handed_over {
 public:
  void add(instant received, std::uint64_t messages) noexcept {
    for (std::size_t i = count_; i > 0; --i) {
      if (ages_[i - 1].received != received) continue;
      ages_[i - 1].messages += messages;
      return;
    }
    if (count_ < ages_.size()) {
      ages_[count_++] = {received, messages};
      return;
    }
    age& oldest = *std::ranges::min_element(ages_, {}, &age::received);
    oldest.received = std::min(oldest.received, received);
    oldest.messages += messages;
  }

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// Calls `visit(received, messages)` for each time, and forgets them.
  template <typename Visitor>
  void take(Visitor&& visit) {
    for (std::size_t i = 0; i < count_; ++i) visit(ages_[i].received, ages_[i].messages);
    count_ = 0;
  }

 private:
  struct age {
    instant received{};
    std::uint64_t messages = 0;
  };
  std::array<age, 16> ages_{};
  std::size_t count_ = 0;
};

}  // namespace wirebird::broker
