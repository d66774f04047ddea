#pragma once

#include "dataplane/base/siphash.hh"
#include "dataplane/base/time.hh"
#include "dataplane/tcp/flow.hh"
#include "dataplane/tcp/handshake.hh"
#include "dataplane/tcp/segment.hh"

#include <cstdint>
#include <optional>

namespace wirebird::tcp {

/// Handshakes that cost no memory (RFC 4987 3.6): what must be remembered of a SYN goes out in the
/// SYN-ACK's sequence number and comes back in the ACK.
///
///   sequence number:  keyed hash (28 bits) | MSS (3 bits, rounded down) | period (1 bit)
///   timestamp:        our clock, its last 5 bits replaced by SACK permitted and the window shift
///
/// Without timestamps the connection does without SACK and window scaling. A guess is right once in
/// 2^28, and only in the one to two minutes after cookies were needed. Owned by a stack, on its
/// worker; two hashes per handshake.
class syn_cookies {
 public:
  explicit syn_cookies(const siphash_key& secret) noexcept : secret_(secret) {}

  /// Brings `agreed`, which a SYN of this 4-tuple was read into, down to what a cookie can carry.
  /// returns: the SYN-ACK.
  [[nodiscard]] segment bake(const four_tuple&, handshake& agreed, const emitter&,
                             std::uint32_t window, instant now) noexcept;
  /// A cookie that was baked may still come back.
  [[nodiscard]] bool are_out(instant now) const noexcept;
  /// returns: what the cookie in this ACK says; nothing when it is none of ours or too old.
  /// `ts_offset`: of this 4-tuple.
  [[nodiscard]] std::optional<handshake> read(const four_tuple&, const segment& ack,
                                              std::uint32_t ts_offset, instant now) const noexcept;

 private:
  [[nodiscard]] std::uint32_t number(const four_tuple&, sequence irs, std::uint64_t period,
                                     std::uint32_t mss_index) const noexcept;

  siphash_key secret_;
  std::optional<std::uint64_t> last_period_;  ///< in which a cookie was baked
};

}  // namespace wirebird::tcp
