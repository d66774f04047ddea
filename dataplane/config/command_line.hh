#pragma once

#include "dataplane/config/options.hh"

#include <optional>
#include <string>

namespace wirebird::config {

/// What the command line asks for: a server to run, or something to print and an exit code.
struct command {
  std::optional<options> run;
  int exit_code = 0;
  std::string out;    ///< for stdout
  std::string error;  ///< for stderr
};

/// Reads flags as Go's `flag` package does, since operators and client test suites write them so:
/// `-x` and `--x` are the same, values follow as the next word or after `=`, booleans stand alone
/// or take `=true|false`, reading stops at the first word that is no flag. Bad flags print usage
/// and exit 0, as nats-server 2.9.10 does; values that make no sense together exit 1 with one
/// sentence. Main thread, before anything else; allocates.
[[nodiscard]] command read_command_line(int argc, const char* const* argv);

}  // namespace wirebird::config
