#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wirebird::auth {

inline constexpr std::size_t public_key_bytes = 32;
/// An Ed25519 public key (RFC 8032).
using public_key = std::array<std::uint8_t, public_key_bytes>;

/// What a key is for: the first letter of its text.
enum class key_role : std::uint8_t { account = 0, cluster = 2, server = 13, op = 14, user = 20 };

/// An nkey's text: base32 (RFC 4648, no padding) of role, key and CRC-16/XMODEM in little-endian
/// order; 56 characters.
inline constexpr std::size_t nkey_text_size = 56;
[[nodiscard]] std::string nkey_text(key_role, const public_key&);
/// returns: nothing unless length, letters, checksum and role are all as they must be.
[[nodiscard]] std::optional<public_key> read_nkey(key_role, std::string_view text) noexcept;

}  // namespace wirebird::auth
