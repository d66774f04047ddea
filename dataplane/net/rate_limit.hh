#pragma once

#include "dataplane/net/limits.hh"

#include <algorithm>

namespace wirebird::net {

/// A token bucket over handed-in time. Starts full. One worker; constant time.
class rate_limit {
 public:
  explicit rate_limit(rate of) noexcept
      : cost_(std::chrono::nanoseconds(std::chrono::seconds(1)) / of.per_second),
        credit_max_(cost_ * of.burst),
        credit_(credit_max_) {}

  /// returns: whether one more event may happen now; if so it is taken from the bucket.
  [[nodiscard]] bool allow(instant now) noexcept {
    if (now > last_) {
      // A long pause fills the bucket; the difference is not formed where it could overflow.
      credit_ =
          now - credit_max_ >= last_ ? credit_max_ : std::min(credit_max_, credit_ + (now - last_));
      last_ = now;
    }
    if (credit_ < cost_) return false;
    credit_ -= cost_;
    return true;
  }

 private:
  duration cost_;
  duration credit_max_;
  duration credit_;
  instant last_{};
};

}  // namespace wirebird::net
