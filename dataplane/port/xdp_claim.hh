#pragma once

#include "dataplane/port/nic_spec.hh"
#include "dataplane/port/outcome.hh"

#include <string>

namespace wirebird::port {

/// The right to be the only process that reads an interface through AF_XDP, settled before DPDK
/// opens it, with everything that would otherwise fail later with a worse sentence. What marks it
/// is an abstract socket name in the interface's network namespace, which goes with the process
/// however that ends. On the main thread, at start-up.
class xdp_claim {
 public:
  /// Errors: no such interface, not up, no rights, no AF_XDP in this kernel, another process, an
  /// XDP program that is not ours, queues that nobody would read.
  [[nodiscard]] static outcome<xdp_claim> take(const nic_spec&, unsigned queues);
  ~xdp_claim();
  xdp_claim(const xdp_claim&) = delete;
  xdp_claim& operator=(const xdp_claim&) = delete;

 private:
  explicit xdp_claim(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace wirebird::port
