#pragma once

#include <string>

namespace wirebird::agent {

/// What `--signal COMMAND[=PID]` asks for: a signal to a running server, named by its process id,
/// by a file that holds it, or, without either, by being the only one of its name. Commands: stop,
/// quit, term, reload, reopen, ldm. returns: one sentence on why not, in nats-server's words, or
/// an empty text.
[[nodiscard]] std::string send_signal(const std::string& program, const std::string& request);

}  // namespace wirebird::agent
