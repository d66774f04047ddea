#pragma once

#include <cstdint>
#include <string_view>

namespace wirebird::protocol {

/// What a peer did wrong, as far as the wire shows it (reference: client protocol, error table).
enum class protocol_error : std::uint8_t {
  none,
  unknown_operation,        ///< wrong verb byte, or a payload not followed by CR LF
  malformed_arguments,      ///< bad argument count or number: the connection closes without a byte
  control_line_exceeded,    ///< argument bytes above max_control_line
  payload_exceeded,         ///< announced size above max_payload
  client_reported_error,    ///< the client sent -ERR
  invalid_client_protocol,  ///< CONNECT protocol outside 0..1
  no_responders_requires_headers,
};

/// What is sent before the connection closes: a whole `-ERR '…'\r\n` line, or nothing for errors
/// that close silently.
[[nodiscard]] std::string_view error_line(protocol_error error) noexcept;

}  // namespace wirebird::protocol
