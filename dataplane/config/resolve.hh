#pragma once

#include "dataplane/config/options.hh"
#include "dataplane/config/value.hh"

#include <string>
#include <vector>

namespace wirebird::config {

/// What a file and flags come to.
struct resolved {
  options run;
  std::vector<std::string> errors;     ///< of single options
  std::vector<std::string> warnings;   ///< nats-server prints them and starts
  std::vector<std::string> conflicts;  ///< between options: nothing starts, a check passes
};

/// The one way from what was written to options: file over defaults, flags over file, by the same
/// rows. `flags`: as if the options stood in a file.
[[nodiscard]] resolved resolve(const map& file, const map& flags);

}  // namespace wirebird::config
