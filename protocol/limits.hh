#pragma once

#include <cstdint>

namespace wirebird::protocol {

/// Limits that a peer of the text protocol meets; nats-server's defaults.
struct limits {
  /// Argument bytes of one control line (after the verb and its blanks, before CR LF); equal is
  /// allowed.
  std::uint32_t max_control_line = 4096;
  /// Headers and payload of one message, bytes; equal is allowed. At most 999999999: sizes have
  /// nine digits.
  std::uint32_t max_payload = 1024 * 1024;
};

}  // namespace wirebird::protocol
