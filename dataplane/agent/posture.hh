#pragma once

#include "dataplane/config/options.hh"

#include <string>
#include <string_view>
#include <vector>

namespace wirebird::agent {

/// Who may connect to which listener, and with what, in one line for the log: nobody should have
/// to guess what a configuration came to. Names no secret and no user.
/// `clients`: where clients connect, `host:port`.
[[nodiscard]] std::string posture(const config::options&, std::string_view clients);

/// What an operator should know about the passwords, a line each.
[[nodiscard]] std::vector<std::string> password_warnings(const config::options&);

}  // namespace wirebird::agent
