#pragma once

#include "dataplane/port/outcome.hh"

#include <string>

namespace wirebird::port {

/// The right to be the only process on a TAP device, settled before DPDK opens it.
///
/// DPDK's driver attaches to any multi-queue TAP device of the name, also to one that another
/// process serves: both would then get a part of the packets and nobody an error. So we attach
/// first, ask the kernel how many queues there are, and keep ours (switched off) until the driver
/// has its own. What stays is a device that was made to persist and that nobody serves: it is
/// taken over with its addresses. On the main thread, at start-up.
class tap_claim {
 public:
  /// Errors: no TUN support, no rights, served by another process, another kind of interface.
  [[nodiscard]] static outcome<tap_claim> take(const std::string& name);
  ~tap_claim();
  tap_claim(const tap_claim&) = delete;
  tap_claim& operator=(const tap_claim&) = delete;

 private:
  explicit tap_claim(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace wirebird::port
