#include "dataplane/broker/close_reason.hh"

namespace wirebird::broker {

std::string_view to_string(close_reason reason) noexcept {
  switch (reason) {
    case close_reason::client_closed: return "Client Closed";
    case close_reason::authentication_failure: return "Authentication Failure";
    case close_reason::authentication_timeout: return "Authentication Timeout";
    case close_reason::slow_consumer_pending_bytes: return "Slow Consumer (Pending Bytes)";
    case close_reason::slow_consumer_write_deadline: return "Slow Consumer (Write Deadline)";
    case close_reason::write_error: return "Write Error";
    case close_reason::read_error: return "Read Error";
    case close_reason::parse_error: return "Parse Error";
    case close_reason::stale_connection: return "Stale Connection";
    case close_reason::protocol_violation: return "Protocol Violation";
    case close_reason::bad_client_protocol_version: return "Bad Client Protocol Version";
    case close_reason::maximum_connections_exceeded: return "Maximum Connections Exceeded";
    case close_reason::maximum_payload_exceeded: return "Maximum Message Payload Exceeded";
    case close_reason::maximum_control_line_exceeded: return "Maximum Control Line Exceeded";
    case close_reason::server_shutdown: return "Server Shutdown";
    case close_reason::no_responders_requires_headers: return "No Responders Requires Headers";
    case close_reason::kicked: return "Kicked";
  }
  return "Unknown State";
}

}  // namespace wirebird::broker
