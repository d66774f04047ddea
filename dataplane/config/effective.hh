#pragma once

#include "dataplane/config/options.hh"

#include <string>

namespace wirebird::config {

/// The options in the words of a configuration file, one a line, whether given or not, in an order
/// of its own: equal for equal options however they were given. Passwords and tokens are
/// replaced by what kind they are.
[[nodiscard]] std::string effective(const options&);

}  // namespace wirebird::config
