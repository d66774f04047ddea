#pragma once

#include "dataplane/base/siphash.hh"

#include <string>

namespace wirebird::agent {

/// A new server id: the public half of an Ed25519 key pair in nkey text form, 56 characters that
/// begin with `N` (prefix byte, key, CRC-16/XMODEM in little-endian order, base32 without padding).
/// New at every process start.
[[nodiscard]] std::string new_server_id();

/// 128 bits from the kernel's random source.
[[nodiscard]] siphash_key new_secret();

}  // namespace wirebird::agent
