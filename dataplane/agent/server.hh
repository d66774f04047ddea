#pragma once

#include "dataplane/config/command_line.hh"
#include "dataplane/config/options.hh"

#include <functional>

namespace wirebird::agent {

/// Runs a server on the calling (main) thread until a signal ends it: opens the port or the
/// listener, starts the worker, writes the log. returns: the exit code, nats-server 2.9.10's: 0
/// after SIGINT and at the end of lame duck, 1 after SIGTERM or when the start failed (then the log
/// has one fatal line that says why). `read_again`: what flags and file come to now, for SIGHUP.
[[nodiscard]] int run_server(config::options options, std::function<config::command()> read_again);

/// Prints which CPUs the workers would get, and why. returns: the exit code.
[[nodiscard]] int show_topology(const config::options& options);

}  // namespace wirebird::agent
