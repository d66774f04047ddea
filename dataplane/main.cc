#include "dataplane/agent/server.hh"
#include "dataplane/config/command_line.hh"

#include <cstdio>

int main(int argc, char** argv) {
  const wirebird::config::command command = wirebird::config::read_command_line(argc, argv);
  std::fputs(command.error.c_str(), stderr);
  std::fputs(command.out.c_str(), stdout);
  if (!command.run) return command.exit_code;
  return command.run->show_topology ? wirebird::agent::show_topology(*command.run)
                                    : wirebird::agent::run_server(*command.run);
}
