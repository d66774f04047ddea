#pragma once

#include <cstdint>
#include <string_view>

namespace wirebird::broker {

/// Why a client's connection is over, in the words that /connz and the log use (reference: client
/// protocol, all Reason strings); those that can occur.
enum class close_reason : std::uint8_t {
  client_closed,
  authentication_failure,
  authentication_timeout,
  slow_consumer_pending_bytes,
  slow_consumer_write_deadline,
  write_error,
  read_error,
  parse_error,
  stale_connection,
  protocol_violation,
  bad_client_protocol_version,
  maximum_connections_exceeded,
  maximum_payload_exceeded,
  maximum_control_line_exceeded,
  server_shutdown,
  no_responders_requires_headers,
  kicked,  ///< by an operator; in the words of newer nats-servers
};

[[nodiscard]] std::string_view to_string(close_reason) noexcept;

}  // namespace wirebird::broker
