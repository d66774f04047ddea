#include "protocol/protocol_error.hh"

namespace wirebird::protocol {

std::string_view error_line(protocol_error error) noexcept {
  switch (error) {
    case protocol_error::unknown_operation: return "-ERR 'Unknown Protocol Operation'\r\n";
    case protocol_error::control_line_exceeded: return "-ERR 'maximum control line exceeded'\r\n";
    case protocol_error::payload_exceeded: return "-ERR 'Maximum Payload Violation'\r\n";
    case protocol_error::invalid_client_protocol: return "-ERR 'invalid client protocol'\r\n";
    case protocol_error::no_responders_requires_headers:
      return "-ERR 'no responders requires headers support'\r\n";
    case protocol_error::none:
    case protocol_error::malformed_arguments:
    case protocol_error::client_reported_error: break;
  }
  return {};
}

}  // namespace wirebird::protocol
