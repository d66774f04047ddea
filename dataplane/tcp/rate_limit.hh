#pragma once

#include "dataplane/base/time.hh"

#include <chrono>

namespace wirebird::tcp {

/// At most so many events in any one second, counted from the first of them.
class rate_limit {
 public:
  /// returns: whether one more may happen now; counts it if so.
  [[nodiscard]] bool allow(unsigned per_second, instant now) noexcept {
    if (now - began_ >= std::chrono::seconds(1)) {
      began_ = now;
      count_ = 0;
    }
    if (count_ >= per_second) return false;
    ++count_;
    return true;
  }

 private:
  instant began_{};
  unsigned count_ = 0;
};

}  // namespace wirebird::tcp
