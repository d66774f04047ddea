#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/bytes.hh"

#include <cstdint>
#include <optional>

/// Ethernet II (RFC 894). Pure functions over bytes; nothing is owned.
namespace wirebird::net {

enum class ethernet_type : std::uint16_t {
  ipv4 = 0x0800,
  arp = 0x0806,
  vlan = 0x8100,  ///< IEEE 802.1Q tag
  ipv6 = 0x86dd,
  service_vlan = 0x88a8,  ///< IEEE 802.1ad tag
};

inline constexpr std::uint32_t ethernet_header_bytes = 14;
/// The shortest frame that IEEE 802.3 allows, without its check sequence.
inline constexpr std::uint32_t ethernet_frame_bytes_min = 60;

struct ethernet_header {
  mac_address destination;
  mac_address source;
  ethernet_type type{};  ///< any number; below 0x600 it is an IEEE 802.3 length

  friend bool operator==(const ethernet_header&, const ethernet_header&) = default;
};

/// A frame with room for its header: lengths are checked once, then nothing can fail.
class ethernet_view {
 public:
  /// returns: nothing when the bytes are too few.
  [[nodiscard]] static std::optional<ethernet_view> of(byte_view frame) noexcept {
    if (frame.size() < ethernet_header_bytes) return std::nullopt;
    return ethernet_view(frame);
  }
  [[nodiscard]] mac_address destination() const noexcept { return mac_at(0); }
  [[nodiscard]] mac_address source() const noexcept { return mac_at(6); }
  // What every frame is asked, without a copy of its addresses.
  [[nodiscard]] bool is_to(const mac_address& mac) const noexcept {
    return std::memcmp(frame_.data(), mac.octets.data(), mac.octets.size()) == 0;
  }
  [[nodiscard]] bool is_from(const mac_address& mac) const noexcept {
    return std::memcmp(frame_.data() + 6, mac.octets.data(), mac.octets.size()) == 0;
  }
  [[nodiscard]] bool is_to_group() const noexcept { return (frame_[0] & 1) != 0; }
  [[nodiscard]] bool is_from_group() const noexcept { return (frame_[6] & 1) != 0; }
  [[nodiscard]] ethernet_type type() const noexcept {
    return static_cast<ethernet_type>(load_be16(frame_.data() + 12));
  }

 private:
  explicit ethernet_view(byte_view frame) noexcept : frame_(frame) {}
  [[nodiscard]] mac_address mac_at(std::size_t offset) const noexcept {
    mac_address mac;
    std::memcpy(mac.octets.data(), frame_.data() + offset, mac.octets.size());
    return mac;
  }

  byte_view frame_;
};

[[nodiscard]] inline ethernet_header parse(const ethernet_view& view) noexcept {
  return {view.destination(), view.source(), view.type()};
}

/// requires: ethernet_header_bytes of room.
inline void emit(const ethernet_header& header, mutable_bytes into) noexcept {
  std::memcpy(into.data(), header.destination.octets.data(), 6);
  std::memcpy(into.data() + 6, header.source.octets.data(), 6);
  store_be16(into.data() + 12, static_cast<std::uint16_t>(header.type));
}

}  // namespace wirebird::net
