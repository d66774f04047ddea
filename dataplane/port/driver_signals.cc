#include "dataplane/port/driver_signals.hh"

namespace wirebird::port {

driver_signals_withheld::driver_signals_withheld() noexcept {
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = SIG_IGN;
    withheld_[static_cast<std::size_t>(number)] = sigaction(number, &action, nullptr) == 0;
  }
}

driver_signals_withheld::~driver_signals_withheld() {
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
    if (!withheld_[static_cast<std::size_t>(number)]) continue;
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(number, &action, nullptr);
  }
}

}  // namespace wirebird::port
