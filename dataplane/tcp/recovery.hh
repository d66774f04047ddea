#pragma once

#include "dataplane/tcp/congestion.hh"
#include "dataplane/tcp/limits.hh"
#include "dataplane/tcp/seq.hh"

#include <cstdint>

namespace wirebird::tcp {

/// Finds losses and decides what to send again: fast retransmit and fast recovery of NewReno (RFC
/// 6582) with limited transmit (RFC 3042). Recovery by SACK (RFC 6675) and RACK takes this place
/// without a change around it: it is told of every ACK and timeout, and asked what to repeat.
class recovery {
 public:
  explicit recovery(sequence iss) noexcept : recover_(iss) {}

  /// A duplicate ACK (RFC 5681 2). returns: true when the first unacknowledged segment is to be
  /// sent again.
  [[nodiscard]] bool on_duplicate_ack(sequence una, sequence nxt, congestion& window) noexcept;
  /// New data was acknowledged up to `una`. returns: as on_duplicate_ack(). `flight`: bytes still
  /// outstanding.
  [[nodiscard]] bool on_ack(sequence una, std::uint32_t acked, std::uint32_t flight, bool limited,
                            congestion& window) noexcept;
  /// Everything sent so far counts as lost and is sent again from the first byte.
  void on_timeout(sequence una, sequence nxt, congestion& window) noexcept;

  /// Bytes that may be in flight beyond the congestion window.
  [[nodiscard]] std::uint32_t extra_bytes(std::uint32_t mss) const noexcept {
    const unsigned count = duplicates_ > limits::limited_transmit_segments ? 0 : duplicates_;
    return recovering_ ? 0 : count * mss;
  }
  [[nodiscard]] bool recovering() const noexcept { return recovering_; }
  /// The last ACK was the first partial one, or none: only then the retransmission timer restarts
  /// (the impatient variant, RFC 6582 4).
  [[nodiscard]] bool restarts_timer() const noexcept { return partial_acks_ <= 1; }

 private:
  sequence recover_;  ///< what was sent when the last loss was found; one past its end
  unsigned duplicates_ = 0;
  unsigned partial_acks_ = 0;
  bool recovering_ = false;
};

}  // namespace wirebird::tcp
