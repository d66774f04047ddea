#pragma once

#include "dataplane/port/outcome.hh"

#include <string>

namespace wirebird::port {

/// The tie between an interface and the XDP program that hands its packets to our sockets.
///
/// The driver's library ties them by the interface's name, and such a tie outlives the process: an
/// interface whose owner was killed would go on without its program's sockets, and a later start
/// would find a stranger's program on it. So the same program is tied again through a BPF link,
/// which the kernel undoes with its last descriptor: however we end, the interface is the kernel's
/// again. On the main thread; ends before the device.
class xdp_link {
 public:
  /// requires: DPDK has just put its program on the interface.
  [[nodiscard]] static outcome<xdp_link> take_over(const std::string& interface);
  ~xdp_link();
  xdp_link(const xdp_link&) = delete;
  xdp_link& operator=(const xdp_link&) = delete;

  /// The program runs in the device's driver; else in the kernel behind it, slower.
  [[nodiscard]] bool is_native() const noexcept { return native_; }

 private:
  xdp_link(int descriptor, bool native) noexcept : descriptor_(descriptor), native_(native) {}

  int descriptor_;
  bool native_;
};

}  // namespace wirebird::port
