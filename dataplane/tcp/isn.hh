#pragma once

#include "dataplane/base/siphash.hh"
#include "dataplane/base/time.hh"
#include "dataplane/tcp/flow.hh"
#include "dataplane/tcp/seq.hh"

#include <cstdint>

namespace wirebird::tcp {

/// Numbers that an outsider must not guess, from a secret, the 4-tuple and the clock. One worker;
/// no state beyond the secret.
class isn_source {
 public:
  explicit isn_source(const siphash_key& secret) noexcept : secret_(secret) {}

  /// Initial sequence number: a 4 µs clock plus a keyed hash of the 4-tuple (RFC 6528 3), so
  /// successive connections of one 4-tuple move forward and others cannot be predicted.
  [[nodiscard]] sequence initial(const four_tuple&, instant now) const noexcept;
  /// Where the timestamp clock of this 4-tuple starts (RFC 7323 7.1): the uptime stays private.
  [[nodiscard]] std::uint32_t timestamp_offset(const four_tuple&) const noexcept;

 private:
  [[nodiscard]] std::uint64_t hash(const four_tuple&, std::uint8_t purpose) const noexcept;

  siphash_key secret_;
};

}  // namespace wirebird::tcp
