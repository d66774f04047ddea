#pragma once

#include "dataplane/port/counters.hh"

#include <vector>

namespace wirebird::port {

/// The AF_XDP sockets of this process, in the order of their descriptors. DPDK's driver opens one
/// per queue and does not show it; we want it to sleep on and to ask for losses. For start-up.
[[nodiscard]] std::vector<int> own_xdp_sockets();

/// Whether the device reads and writes our frames itself; otherwise the kernel copies.
[[nodiscard]] bool is_zero_copy(int xdp_socket) noexcept;

/// What the kernel lost of this socket's packets, by reason.
[[nodiscard]] device_losses losses_of(int xdp_socket) noexcept;

}  // namespace wirebird::port
