#pragma once

#include "dataplane/base/bytes.hh"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace wirebird {

/// A 48-bit Ethernet address.
struct mac_address {
  std::array<std::uint8_t, 6> octets{};

  [[nodiscard]] bool is_multicast() const noexcept { return (octets[0] & 1) != 0; }
  friend bool operator==(const mac_address&, const mac_address&) = default;
};

inline constexpr mac_address broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/// An IPv4 or IPv6 address. IPv4 is kept in its mapped form ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so
/// one type and one comparison serve both; all-zero is "unspecified".
struct ip_address {
  std::array<std::uint8_t, 16> octets{};

  [[nodiscard]] static constexpr ip_address from_v4(std::uint32_t host_order) noexcept {
    ip_address address;
    address.octets[10] = 0xff;
    address.octets[11] = 0xff;
    address.octets[12] = static_cast<std::uint8_t>(host_order >> 24);
    address.octets[13] = static_cast<std::uint8_t>(host_order >> 16);
    address.octets[14] = static_cast<std::uint8_t>(host_order >> 8);
    address.octets[15] = static_cast<std::uint8_t>(host_order);
    return address;
  }

  [[nodiscard]] bool is_v4() const noexcept {
    static constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::memcmp(octets.data(), prefix.data(), prefix.size()) == 0;
  }

  /// requires: is_v4(). returns: the address as a number, host order.
  [[nodiscard]] std::uint32_t v4() const noexcept { return load_be32(octets.data() + 12); }

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// One end of a TCP connection.
struct endpoint {
  ip_address address;
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// `a.b.c.d` or an IPv6 text form. returns: nothing for anything else.
[[nodiscard]] std::optional<ip_address> parse_ip(std::string_view text);

/// An address with the length of its network prefix, as in `10.222.0.2/24`.
struct interface_address {
  ip_address address;
  std::uint8_t prefix_length = 0;  ///< 0..32 for IPv4, 0..128 for IPv6
};
[[nodiscard]] std::optional<interface_address> parse_interface_address(std::string_view text);

[[nodiscard]] std::string to_string(const mac_address&);
[[nodiscard]] std::string to_string(const ip_address&);
/// `a.b.c.d:port` or `[v6]:port`.
[[nodiscard]] std::string to_string(const endpoint&);

}  // namespace wirebird
