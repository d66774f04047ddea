#pragma once

#include "dataplane/config/file_reader.hh"
#include "dataplane/config/options.hh"

#include <optional>
#include <string>

namespace wirebird::config {

/// What the command line asks for: a server to run, a signal to send to one, or something to print
/// and an exit code.
struct command {
  std::optional<options> run;
  std::string signal;  ///< `COMMAND[=PID]`; empty: none
  int exit_code = 0;
  std::string out;    ///< for stdout
  std::string error;  ///< for stderr
  std::string fault =
      {};  ///< why not, where a file or its values are to blame: `error` without program
};

/// Reads flags and the configuration file they name. Texts and exit codes are nats-server 2.9.10's:
/// bad flags print usage and exit 0; a bad file or values that make no sense together exit 1. Main
/// thread, before anything else; allocates.
[[nodiscard]] command read_command_line(int argc, const char* const* argv,
                                        const sources& = system_sources());

}  // namespace wirebird::config
