#pragma once

#include "dataplane/base/bytes.hh"

#include <array>
#include <cstdint>

namespace wirebird {

/// 128 secret bits; drawn from the system once at start, or from the seed in a simulation.
using siphash_key = std::array<std::uint64_t, 2>;

/// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed hash whose values a peer cannot steer or
/// predict. For initial sequence numbers (RFC 6528) and for hash tables that a peer fills.
[[nodiscard]] std::uint64_t siphash(const siphash_key& key, byte_view bytes) noexcept;

}  // namespace wirebird
