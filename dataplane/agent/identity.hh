#pragma once

#include "dataplane/base/siphash.hh"
#include "dataplane/config/options.hh"
#include "protocol/server_info.hh"

#include <cstdint>
#include <string>

namespace wirebird::agent {

/// A new server id: the public half of an Ed25519 key pair in nkey text form, 56 characters that
/// begin with `N` (prefix byte, key, CRC-16/XMODEM in little-endian order, base32 without padding).
/// New at every process start.
[[nodiscard]] std::string new_server_id();

/// What INFO says of a server with a new id, but where to find it.
[[nodiscard]] protocol::server_info new_identity(const config::options&);

/// Writes into `identity` where clients find the server: what client_advertise says, and the
/// listener's host and port for what it leaves out. returns: one sentence on why not, or an empty
/// text.
[[nodiscard]] std::string advertise(const config::options&, std::uint16_t port,
                                    protocol::server_info& identity);

/// 128 bits from the kernel's random source.
[[nodiscard]] siphash_key new_secret();

}  // namespace wirebird::agent
