#pragma once

#include "dataplane/auth/nkey.hh"

#include <string_view>

namespace wirebird::auth {

/// Whether `signature` is the Ed25519 signature (RFC 8032) of `text` by the owner of the key.
/// `signature`: 64 bytes in base64, the alphabet for URLs without padding (86 characters), as
/// clients send it, or the usual one with padding (88). Anything else is judged before any
/// cryptography sees it. Any thread; about 0.1 ms.
[[nodiscard]] bool is_signed(std::string_view text, std::string_view signature,
                             const public_key& by);

}  // namespace wirebird::auth
