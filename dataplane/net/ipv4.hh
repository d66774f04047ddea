#pragma once

#include "dataplane/base/bytes.hh"
#include "dataplane/net/ipv4_network.hh"

#include <cstdint>
#include <optional>

/// IPv4 (RFC 791). Pure functions over bytes; nothing is owned. Options are skipped on the way in
/// and never sent.
namespace wirebird::net {

inline constexpr std::uint32_t ipv4_header_bytes = 20;
/// RFC 1122 3.2.1.7; the number that RFC 1700 recommends.
inline constexpr std::uint8_t ipv4_ttl = 64;

/// The fields of a header without options. Its checksum is not here: emit() computes it.
struct ipv4_header {
  std::uint8_t traffic_class = 0;  ///< DSCP and ECN (RFC 2474, RFC 3168)
  std::uint16_t total_bytes = 0;   ///< header and payload
  std::uint16_t identification = 0;
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;  ///< in units of 8 bytes, 0..8191
  std::uint8_t ttl = 0;
  std::uint8_t protocol = 0;
  ipv4_address source = 0;
  ipv4_address destination = 0;

  friend bool operator==(const ipv4_header&, const ipv4_header&) = default;
};

/// A packet whose version and lengths are sound: accessors cannot fail.
class ipv4_view {
 public:
  /// returns: nothing unless the bytes begin with a whole version 4 header and hold the whole
  /// packet that it announces. Bytes behind the packet (Ethernet padding) are not part of it.
  [[nodiscard]] static std::optional<ipv4_view> of(byte_view bytes) noexcept;
  /// The same for the packet quoted in an ICMP error, of which only the beginning is there.
  [[nodiscard]] static std::optional<ipv4_view> of_quoted(byte_view bytes) noexcept;

  [[nodiscard]] std::uint32_t header_bytes() const noexcept {
    return std::uint32_t{packet_[0] & 0xfU} * 4;
  }
  [[nodiscard]] std::uint16_t total_bytes() const noexcept { return at16(2); }
  [[nodiscard]] std::uint8_t traffic_class() const noexcept { return packet_[1]; }
  [[nodiscard]] std::uint16_t identification() const noexcept { return at16(4); }
  [[nodiscard]] bool dont_fragment() const noexcept { return (packet_[6] & 0x40) != 0; }
  [[nodiscard]] bool more_fragments() const noexcept { return (packet_[6] & 0x20) != 0; }
  [[nodiscard]] std::uint16_t fragment_offset() const noexcept {
    return static_cast<std::uint16_t>(at16(6) & 0x1fff);
  }
  [[nodiscard]] bool is_fragment() const noexcept { return (at16(6) & 0x3fff) != 0; }
  [[nodiscard]] std::uint8_t ttl() const noexcept { return packet_[8]; }
  [[nodiscard]] std::uint8_t protocol() const noexcept { return packet_[9]; }
  [[nodiscard]] ipv4_address source() const noexcept { return load_be32(packet_.data() + 12); }
  [[nodiscard]] ipv4_address destination() const noexcept { return load_be32(packet_.data() + 16); }
  /// Whether the header's checksum is right (RFC 1071), options included.
  [[nodiscard]] bool checksum_holds() const noexcept;
  /// What the packet carries; of a quoted packet, the beginning of it.
  [[nodiscard]] byte_view payload() const noexcept { return packet_.subspan(header_bytes()); }

 private:
  explicit ipv4_view(byte_view packet) noexcept : packet_(packet) {}
  [[nodiscard]] std::uint16_t at16(std::size_t offset) const noexcept {
    return load_be16(packet_.data() + offset);
  }

  byte_view packet_;
};

[[nodiscard]] ipv4_header parse(const ipv4_view&) noexcept;

/// Who computes a header's checksum.
enum class ipv4_checksum { here, by_port };

/// Writes a header without options. requires: ipv4_header_bytes of room.
void emit(const ipv4_header&, mutable_bytes into,
          ipv4_checksum checksum = ipv4_checksum::here) noexcept;

}  // namespace wirebird::net
