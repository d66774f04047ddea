#pragma once

#include "dataplane/base/address.hh"

#include <string_view>

namespace wirebird::port {

/// The two Ethernet addresses of a TAP device; never equal.
struct tap_macs {
  mac_address ours;     ///< of the port: what our stack answers to
  mac_address kernels;  ///< of the kernel's interface
};

/// Addresses for the device of this name on this machine and in this network namespace: locally
/// administered, and the same after a restart, so that neighbours need not learn anew. Different
/// machines, namespaces and names get different ones (up to chance in 2^45), so several ports may
/// share a bridge.
[[nodiscard]] tap_macs macs_for(std::string_view device_name);

}  // namespace wirebird::port
