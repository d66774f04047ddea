#pragma once

#include "dataplane/base/address.hh"

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

/// Packets as tests write them: from hexadecimal text or field by field, with code of their own, so
/// that a mistake in the room under test does not cancel itself out.
namespace wirebird::testing {

using packet_bytes = std::vector<std::uint8_t>;

/// Two hexadecimal digits a byte; blanks are skipped.
inline packet_bytes hex(std::string_view text) {
  packet_bytes bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (digit < 0 || digit > 15) throw std::invalid_argument("not a hexadecimal digit");
    if (high < 0) {
      high = digit;
      continue;
    }
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
    high = -1;
  }
  return bytes;
}

inline packet_bytes operator+(packet_bytes left, const packet_bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// RFC 1071 as it is written: 16 bits at a time.
inline std::uint16_t naive_checksum(byte_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const unsigned low = i + 1 < bytes.size() ? bytes[i + 1] : 0U;
    sum += (unsigned{bytes[i]} << 8) | low;
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

inline packet_bytes be16(unsigned value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
inline packet_bytes be32(std::uint32_t value) {
  return be16(value >> 16) + be16(value & 0xffff);
}
inline packet_bytes of(const mac_address& mac) {
  return {mac.octets.begin(), mac.octets.end()};
}
inline ip_address ip(std::string_view text) {
  return parse_ip(text).value();
}
inline std::uint32_t v4(std::string_view text) {
  return ip(text).v4();
}

inline packet_bytes ethernet(const mac_address& to, const mac_address& from, unsigned type,
                             const packet_bytes& payload) {
  return of(to) + of(from) + be16(type) + payload;
}

struct ipv4_fields {
  std::string_view source;
  std::string_view destination;
  unsigned protocol = 6;
  unsigned flags_and_offset = 0x4000;
  packet_bytes options = {};  ///< a multiple of 4 bytes
  int length_error = 0;       ///< added to the right total length
  unsigned ttl = 64;
};

inline packet_bytes ipv4(const ipv4_fields& fields, const packet_bytes& payload) {
  const auto header_bytes = static_cast<unsigned>(20 + fields.options.size());
  const auto total =
      static_cast<unsigned>(static_cast<int>(header_bytes + payload.size()) + fields.length_error);
  packet_bytes header = be16(0x4000 | (header_bytes / 4) << 8) + be16(total) + be16(0x1c46) +
                        be16(fields.flags_and_offset) + be16(fields.ttl << 8 | fields.protocol) +
                        be16(0) + be32(v4(fields.source)) + be32(v4(fields.destination)) +
                        fields.options;
  const packet_bytes checksum = be16(naive_checksum(header));
  std::copy(checksum.begin(), checksum.end(), header.begin() + 10);
  return header + payload;
}

inline packet_bytes icmp(unsigned type, unsigned code, std::uint32_t rest,
                         const packet_bytes& body) {
  packet_bytes message = be16(type << 8 | code) + be16(0) + be32(rest) + body;
  const packet_bytes checksum = be16(naive_checksum(message));
  std::copy(checksum.begin(), checksum.end(), message.begin() + 2);
  return message;
}

/// An ARP packet without its Ethernet header; 1 is a request, 2 a reply.
inline packet_bytes arp(unsigned operation, const mac_address& sender_mac, std::string_view sender,
                        const mac_address& target_mac, std::string_view target) {
  return hex("0001 0800 06 04") + be16(operation) + of(sender_mac) + be32(v4(sender)) +
         of(target_mac) + be32(v4(target));
}

}  // namespace wirebird::testing
