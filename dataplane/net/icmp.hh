#pragma once

#include "dataplane/base/bytes.hh"
#include "dataplane/base/path_error.hh"
#include "dataplane/net/ipv4_network.hh"

#include <cstdint>
#include <optional>

/// ICMP (RFC 792). Pure functions over bytes; nothing is owned.
namespace wirebird::net {

enum class icmp_type : std::uint8_t {
  echo_reply = 0,
  destination_unreachable = 3,
  source_quench = 4,  ///< to be ignored (RFC 6633)
  redirect = 5,
  echo_request = 8,
  time_exceeded = 11,
  parameter_problem = 12,
};

/// Codes of destination_unreachable (RFC 1122 3.2.2.1, RFC 1812 5.2.7.1).
inline constexpr std::uint8_t icmp_protocol_unreachable = 2;
inline constexpr std::uint8_t icmp_port_unreachable = 3;
inline constexpr std::uint8_t icmp_fragmentation_needed = 4;
inline constexpr std::uint8_t icmp_network_prohibited = 9;
inline constexpr std::uint8_t icmp_host_prohibited = 10;
inline constexpr std::uint8_t icmp_communication_prohibited = 13;

inline constexpr std::uint32_t icmp_header_bytes = 8;

/// The fields of a message; emit() computes its checksum.
struct icmp_header {
  icmp_type type{};
  std::uint8_t code = 0;
  std::uint32_t rest = 0;  ///< by type: identifier and sequence, unused and next-hop MTU

  friend bool operator==(const icmp_header&, const icmp_header&) = default;
};

/// A message with room for its header: accessors cannot fail.
class icmp_view {
 public:
  /// returns: nothing when the bytes are too few.
  [[nodiscard]] static std::optional<icmp_view> of(byte_view message) noexcept {
    if (message.size() < icmp_header_bytes) return std::nullopt;
    return icmp_view(message);
  }
  [[nodiscard]] icmp_type type() const noexcept { return static_cast<icmp_type>(message_[0]); }
  [[nodiscard]] std::uint8_t code() const noexcept { return message_[1]; }
  [[nodiscard]] std::uint32_t rest() const noexcept { return load_be32(message_.data() + 4); }
  [[nodiscard]] byte_view body() const noexcept { return message_.subspan(icmp_header_bytes); }
  /// Whether the checksum over the whole message is right.
  [[nodiscard]] bool checksum_holds() const noexcept;

 private:
  explicit icmp_view(byte_view message) noexcept : message_(message) {}

  byte_view message_;
};

[[nodiscard]] icmp_header parse(const icmp_view&) noexcept;

/// Writes the header in front of a body that is in place already, with the checksum over both.
/// requires: at least icmp_header_bytes.
void emit(const icmp_header&, mutable_bytes message) noexcept;

/// What an ICMP error says about a TCP segment; whether that was one of ours is for the caller to
/// see. returns: nothing when the message is not an error, quotes too little, or quotes something
/// other than the first fragment of a TCP segment.
[[nodiscard]] std::optional<path_error> parse_tcp_error(const icmp_view&) noexcept;

}  // namespace wirebird::net
