#pragma once

#include <array>
#include <csignal>
#include <cstddef>

namespace wirebird::port {

/// While it exists, DPDK's TAP driver finds no real-time signal that it could take.
///
/// Given one, the driver asks the kernel for a signal to the process with every packet that
/// arrives, and its receive function returns nothing until a thread has run the handler: each burst
/// would cost a signal, wait until the kernel has scheduled some other thread, and stop for good
/// where every thread blocks the signal. Without one it reads the device at every poll, which is
/// what a poll loop wants. The driver takes signals whose disposition is the default, so they are
/// set to "ignore" while it opens its queues and back to the default afterwards. On the main
/// thread, at start-up.
class driver_signals_withheld {
 public:
  driver_signals_withheld() noexcept;
  ~driver_signals_withheld();
  driver_signals_withheld(const driver_signals_withheld&) = delete;
  driver_signals_withheld& operator=(const driver_signals_withheld&) = delete;

 private:
  std::array<bool, _NSIG> withheld_{};
};

}  // namespace wirebird::port
