#include "dataplane/net/arp.hh"

#include "dataplane/net/ethernet.hh"

namespace wirebird::net {

namespace {
constexpr std::uint16_t hardware_ethernet = 1;
}  // namespace

std::optional<arp_view> arp_view::of(byte_view packet) noexcept {
  if (packet.size() < arp_packet_bytes) return std::nullopt;
  const std::uint8_t* at = packet.data();
  const bool ethernet_and_ipv4 =
      load_be16(at) == hardware_ethernet &&
      load_be16(at + 2) == static_cast<std::uint16_t>(ethernet_type::ipv4) && at[4] == 6 &&
      at[5] == 4;
  const arp_view view(packet);
  const bool known_operation =
      view.operation() == arp_operation::request || view.operation() == arp_operation::reply;
  return ethernet_and_ipv4 && known_operation ? std::optional(view) : std::nullopt;
}

mac_address arp_view::mac_at(std::size_t offset) const noexcept {
  mac_address mac;
  std::memcpy(mac.octets.data(), packet_.data() + offset, mac.octets.size());
  return mac;
}

arp_packet parse(const arp_view& view) noexcept {
  return {view.operation(), view.sender_mac(), view.sender(), view.target_mac(), view.target()};
}

void emit(const arp_packet& packet, mutable_bytes into) noexcept {
  std::uint8_t* at = into.data();
  store_be16(at, hardware_ethernet);
  store_be16(at + 2, static_cast<std::uint16_t>(ethernet_type::ipv4));
  at[4] = 6;
  at[5] = 4;
  store_be16(at + 6, static_cast<std::uint16_t>(packet.operation));
  std::memcpy(at + 8, packet.sender_mac.octets.data(), 6);
  store_be32(at + 14, packet.sender);
  std::memcpy(at + 18, packet.target_mac.octets.data(), 6);
  store_be32(at + 24, packet.target);
}

}  // namespace wirebird::net
