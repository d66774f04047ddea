#pragma once

#include "protocol/parser.hh"

#include <string>
#include <vector>

namespace wirebird::protocol {

/// One side of a connection, as bytes.
struct conversation {
  role reads;
  std::string bytes;
};

/// Limits that the conversations are written for: small, so that they reach them soon.
inline constexpr limits small_limits{.max_control_line = 40, .max_payload = 30};

/// Right and wrong conversations; together they take every way through the parser.
[[nodiscard]] std::vector<conversation> conversations();

}  // namespace wirebird::protocol
