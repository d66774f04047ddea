#pragma once

#include <string>

namespace wirebird::port {

/// What keeps DPDK from a PCI device, asked of sysfs before DPDK starts, because DPDK itself passes
/// over a device that it cannot use without a word. `address`: DDDD:BB:DD.F. `devices`: the
/// directory of all PCI devices, another one in tests.
/// returns: one sentence that says what to do, or an empty text.
[[nodiscard]] std::string obstacle_of_pci(const std::string& address,
                                          const std::string& devices = "/sys/bus/pci/devices");

}  // namespace wirebird::port
