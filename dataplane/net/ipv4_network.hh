#pragma once

#include <cstdint>

namespace wirebird::net {

/// An IPv4 address in host order. Net speaks it below the datagram, where ip_address serves both
/// families.
using ipv4_address = std::uint32_t;

/// 224.0.0.0/4 (RFC 5771).
[[nodiscard]] constexpr bool is_multicast(ipv4_address address) noexcept {
  return address >> 28 == 0xe;
}
/// 127.0.0.0/8, never on a wire (RFC 1122 3.2.1.3 (g)).
[[nodiscard]] constexpr bool is_loopback(ipv4_address address) noexcept {
  return address >> 24 == 127;
}
/// 0.0.0.0/8, "this host" (RFC 1122 3.2.1.3 (a), (b)).
[[nodiscard]] constexpr bool is_this_host(ipv4_address address) noexcept {
  return address >> 24 == 0;
}
inline constexpr ipv4_address limited_broadcast = 0xffffffff;

/// The network that an interface is on: its address and who else is there.
class ipv4_network {
 public:
  /// requires: prefix_length <= 32.
  constexpr ipv4_network(ipv4_address ours, std::uint8_t prefix_length) noexcept
      : ours_(ours), host_bits_(host_bits(prefix_length)) {}

  [[nodiscard]] constexpr ipv4_address ours() const noexcept { return ours_; }
  /// Whether an address is reached without a gateway.
  [[nodiscard]] constexpr bool contains(ipv4_address address) const noexcept {
    return ((address ^ ours_) & ~host_bits_) == 0;
  }
  /// Broadcast to this network, in its ones and its old zeros form (RFC 1122 3.3.6). A network of
  /// two has none (RFC 3021).
  [[nodiscard]] constexpr bool is_broadcast(ipv4_address address) const noexcept {
    if (address == limited_broadcast) return true;
    if (host_bits_ <= 1 || !contains(address)) return false;
    const ipv4_address host = address & host_bits_;
    return host == host_bits_ || host == 0;
  }
  /// Whether one single host can have the address, as the source or destination of a packet on a
  /// wire (RFC 1122 3.2.1.3).
  [[nodiscard]] constexpr bool is_host(ipv4_address address) const noexcept {
    return !is_this_host(address) && !is_loopback(address) && !is_multicast(address) &&
           !is_broadcast(address);
  }

 private:
  [[nodiscard]] static constexpr ipv4_address host_bits(std::uint8_t prefix_length) noexcept {
    return prefix_length == 0
               ? 0xffffffff
               : static_cast<ipv4_address>((std::uint64_t{1} << (32 - prefix_length)) - 1);
  }

  ipv4_address ours_;
  ipv4_address host_bits_;
};

}  // namespace wirebird::net
