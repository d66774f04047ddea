#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/bytes.hh"

#include <cstdint>

/// The Internet checksum (RFC 1071): a 16-bit ones' complement sum. Partial sums are kept wide and
/// folded once.
namespace wirebird {

/// Adds `bytes` to a running sum, as if they began at an even offset; an odd last byte counts as
/// the high half of a word.
[[nodiscard]] std::uint64_t checksum_add(std::uint64_t sum, byte_view bytes) noexcept;

/// The pseudo header of TCP and ICMPv6 (RFC 9293 3.1, RFC 8200 8.1).
[[nodiscard]] std::uint64_t checksum_pseudo_header(const ip_address& source,
                                                   const ip_address& destination,
                                                   std::uint8_t protocol,
                                                   std::uint32_t length) noexcept;

/// Folds and complements: what goes into the header (store_be16). Over a packet with its checksum
/// in place the result is 0.
[[nodiscard]] std::uint16_t checksum_finish(std::uint64_t sum) noexcept;

}  // namespace wirebird
