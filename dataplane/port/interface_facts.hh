#pragma once

#include "dataplane/base/address.hh"

#include <cstdint>
#include <optional>
#include <string>

namespace wirebird::port {

/// What the kernel says about one of its network interfaces in our network namespace.
struct interface_facts {
  unsigned index = 0;
  bool up = false;  ///< by the administrator; says nothing about a cable
  std::uint32_t mtu = 0;
  mac_address mac;
  std::string kind;               ///< `veth`, `tun`, ...; empty for hardware
  unsigned tun_queues = 0;        ///< open queues of a TUN or TAP device, in all processes
  std::uint8_t xdp_mode = 0;      ///< XDP_ATTACHED_*: 0 none, 1 native, 2 generic
  std::uint32_t xdp_program = 0;  ///< its id; 0: none
};

/// returns: nothing when there is no such interface. Asks over netlink; for start-up.
[[nodiscard]] std::optional<interface_facts> facts_of_interface(const std::string& name);

/// returns: how many receive queues the interface has, 1 where its driver does not say.
[[nodiscard]] unsigned receive_queues_of(const std::string& name);

}  // namespace wirebird::port
