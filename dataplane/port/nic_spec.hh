#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wirebird::port {

/// Who drives the device and who made it.
enum class nic_kind : std::uint8_t {
  tap,     ///< DPDK makes it: our end is the port, the other end an interface of the kernel
  af_xdp,  ///< an interface of the kernel, whose packets an XDP program hands to us
  pci,     ///< a device that a DPDK driver takes over whole
  vdev,    ///< any other virtual device that DPDK has a driver for
};

/// Which device to own, as `--nic` names it.
struct nic_spec {
  nic_kind kind = nic_kind::tap;
  std::string name;       ///< interface (1 to 15 bytes), PCI address with domain, or device name
  std::string arguments;  ///< vdev: the driver's own, after the name

  // af_xdp
  unsigned first_queue = 0;    ///< of the device's receive queues
  bool queues_chosen = false;  ///< `queue=` was given: the operator steers, others may stay unread
  unsigned busy_budget = 0;    ///< packets that one empty poll may process in the kernel; 0: none
  bool zero_copy = false;      ///< the device writes into our frames; else the kernel copies
};

struct nic_spec_result {
  std::optional<nic_spec> value;
  std::string error;  ///< one sentence when there is no value
};

/// Reads `tap:NAME`, `af_xdp:INTERFACE[,queue=N][,busy_budget=N][,zero_copy]`, `pci:ADDRESS` and
/// `vdev:NAME[,ARGUMENTS]`. Refuses names that the kernel refuses or that would not arrive at the
/// driver as written.
[[nodiscard]] nic_spec_result parse_nic_spec(std::string_view text);

/// As messages name the device: `TAP device wb0`, `interface eth1`, `PCI device 0000:01:00.0`.
[[nodiscard]] std::string shown(const nic_spec&);

}  // namespace wirebird::port
