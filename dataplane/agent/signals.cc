#include "dataplane/agent/signals.hh"

#include "dataplane/base/check.hh"

#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

namespace wirebird::agent {

signals::signals() {
  // A peer that resets a connection while we write must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t handled;
  sigemptyset(&handled);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&handled, number);
  check(sigprocmask(SIG_BLOCK, &handled, nullptr) == 0);
  descriptor_ = signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC);
  check(descriptor_ >= 0, "no signalfd");
}

signals::~signals() {
  close(descriptor_);
}

std::optional<int> signals::next() noexcept {
  signalfd_siginfo info{};
  if (read(descriptor_, &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

std::string_view text_of_signal(int number) noexcept {
  switch (number) {
    case SIGINT: return "interrupt";
    case SIGTERM: return "terminated";
    case SIGHUP: return "hangup";
    case SIGUSR1: return "user defined signal 1";
    case SIGUSR2: return "user defined signal 2";
    default: return "unknown";
  }
}

}  // namespace wirebird::agent
