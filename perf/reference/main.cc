// reference-broker: the featureless broker that perf/compare measures others against.
#include "perf/reference/broker.hh"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

constexpr const char* help =
    "reference-broker [--address ADDRESS] [--port PORT] [--spin]\n"
    "Moves NATS messages over kernel sockets and does nothing else: no limits, no errors, no\n"
    "security. For the load tool only. Default 127.0.0.1:4222; port 0 takes a free one.\n";

int stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::string address = "127.0.0.1";
  unsigned long port = 4222;
  bool spin = false;
  for (int i = 1; i < argument_count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--spin") {
      spin = true;
    } else if (argument == "--address" && i + 1 < argument_count) {
      address = arguments[++i];
    } else if (argument == "--port" && i + 1 < argument_count) {
      port = std::strtoul(arguments[++i], nullptr, 10);
    } else {
      std::cout << help;
      return argument == "--help" ? 0 : 2;
    }
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  try {
    wirebird::reference::broker broker(address, static_cast<std::uint16_t>(port));
    std::cout << "listening on " << address << ':' << broker.port() << std::endl;
    broker.run(stop_signals(), spin);
  } catch (const std::system_error& error) {
    std::cerr << "reference-broker: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
