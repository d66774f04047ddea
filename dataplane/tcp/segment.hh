#pragma once

#include "dataplane/base/bytes.hh"
#include "dataplane/tcp/seq.hh"

#include <array>
#include <cstdint>
#include <optional>

/// The wire form of TCP (RFC 9293 3.1): parse and emit are inverse for everything that we send.
namespace wirebird::tcp {

/// Control bits as they lie in the header. URG is parsed and ignored: urgent data is delivered in
/// line (RFC 6093). ECE and CWR are never set: we do not negotiate ECN.
namespace flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
}  // namespace flag

/// RFC 7323 3.2.
struct timestamps {
  std::uint32_t value = 0;  ///< TSval
  std::uint32_t echo = 0;   ///< TSecr
  friend bool operator==(const timestamps&, const timestamps&) = default;
};

/// RFC 2018 3: bytes [begin, end) have arrived.
struct sack_block {
  sequence begin;
  sequence end;
  friend bool operator==(const sack_block&, const sack_block&) = default;
};

/// A segment without its payload.
struct segment {
  static constexpr std::size_t sack_blocks_max = 4;

  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  sequence seq;
  sequence ack;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;  ///< as on the wire, not scaled

  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> window_scale;
  bool sack_permitted = false;
  std::optional<timestamps> stamps;
  std::array<sack_block, sack_blocks_max> sack{};
  std::uint8_t sack_count = 0;

  std::uint32_t header_bytes = 0;   ///< received segments: where the payload starts
  std::uint32_t payload_bytes = 0;  ///< received segments: how long it is
  bool options_cut = false;         ///< received segments: an option did not fit; it and the
                                    ///< ones behind it were ignored

  [[nodiscard]] bool has(std::uint8_t bit) const noexcept { return (flags & bit) != 0; }
  /// Sequence space that it takes (SEG.LEN): payload, SYN and FIN.
  [[nodiscard]] std::uint32_t length() const noexcept {
    return payload_bytes + (has(flag::syn) ? 1U : 0U) + (has(flag::fin) ? 1U : 0U);
  }
};

inline constexpr std::uint32_t header_bytes_min = 20;
inline constexpr std::uint32_t header_bytes_max = 60;
/// What the timestamps option adds to a header, padding included.
inline constexpr std::uint32_t timestamps_bytes = 12;

/// `bytes`: TCP header to the end of the IP packet. returns: nothing when the header is shorter
/// than 20 bytes, or its data offset points outside. The checksum is not looked at.
[[nodiscard]] std::optional<segment> parse(byte_view bytes) noexcept;

/// returns: bytes that emit() will write for this segment, a multiple of 4 up to 60. SACK blocks
/// that do not fit beside the other options are left out.
[[nodiscard]] std::uint32_t emitted_bytes(const segment&) noexcept;

/// Writes the header with all options and a checksum of 0. requires: `out` has emitted_bytes().
void emit(const segment&, mutable_bytes out) noexcept;

}  // namespace wirebird::tcp
