#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/bytes.hh"
#include "dataplane/net/ipv4_network.hh"

#include <cstdint>
#include <optional>

/// ARP for IPv4 over Ethernet (RFC 826). Pure functions over bytes; nothing is owned.
namespace wirebird::net {

enum class arp_operation : std::uint16_t { request = 1, reply = 2 };

inline constexpr std::uint32_t arp_packet_bytes = 28;

struct arp_packet {
  arp_operation operation{};
  mac_address sender_mac;
  ipv4_address sender = 0;
  mac_address target_mac;
  ipv4_address target = 0;

  friend bool operator==(const arp_packet&, const arp_packet&) = default;
};

/// A request or reply between Ethernet and IPv4 addresses: accessors cannot fail.
class arp_view {
 public:
  /// returns: nothing for too few bytes, another kind of address, or another operation.
  [[nodiscard]] static std::optional<arp_view> of(byte_view packet) noexcept;

  [[nodiscard]] arp_operation operation() const noexcept {
    return static_cast<arp_operation>(load_be16(packet_.data() + 6));
  }
  [[nodiscard]] mac_address sender_mac() const noexcept { return mac_at(8); }
  [[nodiscard]] ipv4_address sender() const noexcept { return load_be32(packet_.data() + 14); }
  [[nodiscard]] mac_address target_mac() const noexcept { return mac_at(18); }
  [[nodiscard]] ipv4_address target() const noexcept { return load_be32(packet_.data() + 24); }

 private:
  explicit arp_view(byte_view packet) noexcept : packet_(packet) {}
  [[nodiscard]] mac_address mac_at(std::size_t offset) const noexcept;

  byte_view packet_;
};

[[nodiscard]] arp_packet parse(const arp_view&) noexcept;

/// requires: arp_packet_bytes of room.
void emit(const arp_packet&, mutable_bytes into) noexcept;

}  // namespace wirebird::net
