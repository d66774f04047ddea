#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/tcp/limits.hh"
#include "dataplane/tcp/options.hh"

#include <algorithm>

namespace wirebird::tcp {

/// Round-trip time and retransmission timeout of one connection (RFC 6298).
class rtt_estimator {
 public:
  explicit rtt_estimator(const options& settings) noexcept
      : rto_(settings.rto_initial), rto_min_(settings.rto_min), rto_max_(settings.rto_max) {}

  /// A measurement that no retransmission made ambiguous (Karn; RFC 6298 3). Ends the back-off.
  void sample(duration rtt) noexcept {
    rtt = std::max(rtt, duration(1));
    if (!has_sample()) {
      smoothed_ = rtt;
      variation_ = rtt / 2;
    } else {
      const duration error = rtt > smoothed_ ? rtt - smoothed_ : smoothed_ - rtt;
      variation_ = (3 * variation_ + error) / 4;
      smoothed_ = (7 * smoothed_ + rtt) / 8;
    }
    rto_ = std::clamp(smoothed_ + 4 * variation_, rto_min_, rto_max_);
    backoff_ = 0;
  }
  /// A timeout: the next one takes twice as long (RFC 6298 5.5).
  void back_off() noexcept { backoff_ = std::min(backoff_ + 1, limits::backoff_max); }
  /// The handshake needed a retransmission (RFC 6298 5.7).
  void start_slow() noexcept { rto_ = std::max(rto_, limits::rto_after_repeated_syn); }

  [[nodiscard]] duration rto() const noexcept { return doubled(backoff_); }
  /// The timeout without back-off, doubled `times`: for probes, which back off on their own.
  [[nodiscard]] duration doubled(unsigned times) const noexcept {
    const duration::rep factor = duration::rep{1} << times;
    return rto_ > rto_max_ / factor ? rto_max_ : rto_ * factor;
  }
  [[nodiscard]] bool has_sample() const noexcept { return smoothed_ != duration::zero(); }
  [[nodiscard]] duration smoothed() const noexcept { return smoothed_; }
  [[nodiscard]] duration variation() const noexcept { return variation_; }

 private:
  duration smoothed_{};   ///< SRTT; zero before the first sample
  duration variation_{};  ///< RTTVAR
  duration rto_;
  duration rto_min_;
  duration rto_max_;
  unsigned backoff_ = 0;
};

}  // namespace wirebird::tcp
