#include "dataplane/agent/send_signal.hh"
#include "dataplane/agent/server.hh"
#include "dataplane/config/command_line.hh"

#include <cstdio>
#include <filesystem>
#include <string>

int main(int argc, char** argv) {
  const wirebird::config::command command = wirebird::config::read_command_line(argc, argv);
  std::fputs(command.error.c_str(), stderr);
  std::fputs(command.out.c_str(), stdout);
  if (!command.signal.empty()) {
    const std::string program = std::filesystem::path(argv[0]).filename();
    const std::string why_not = wirebird::agent::send_signal(program, command.signal);
    if (!why_not.empty()) std::fputs((program + ": " + why_not + "\n").c_str(), stderr);
    return why_not.empty() ? 0 : 1;
  }
  if (!command.run) return command.exit_code;
  return command.run->show_topology ? wirebird::agent::show_topology(*command.run)
                                    : wirebird::agent::run_server(*command.run, [argc, argv] {
                                        return wirebird::config::read_command_line(argc, argv);
                                      });
}
