#include "dataplane/auth/nkey.hh"

#include <algorithm>

namespace wirebird::auth {

namespace {

constexpr std::size_t binary_size = 1 + public_key_bytes + 2;
using binary = std::array<std::uint8_t, binary_size>;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static_assert(nkey_text_size * 5 == binary_size * 8);

std::uint16_t crc16(std::span<const std::uint8_t> bytes) noexcept {
  constexpr std::uint16_t polynomial = 0x1021;
  std::uint16_t crc = 0;
  for (const std::uint8_t byte : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ (byte << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (crc & 0x8000) != 0;
      crc = static_cast<std::uint16_t>((crc << 1) ^ (carry ? polynomial : 0));
    }
  }
  return crc;
}

/// The letter of a role is what base32 makes of its five bits.
constexpr std::uint8_t prefix_of(key_role role) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(role) << 3);
}

std::uint16_t checksum_in(const binary& bytes) noexcept {
  return static_cast<std::uint16_t>(bytes[binary_size - 2] | bytes[binary_size - 1] << 8);
}

}  // namespace

std::string nkey_text(key_role role, const public_key& key) {
  binary bytes{};
  bytes[0] = prefix_of(role);
  std::ranges::copy(key, bytes.begin() + 1);
  const std::uint16_t crc = crc16(std::span(bytes).first(binary_size - 2));
  bytes[binary_size - 2] = static_cast<std::uint8_t>(crc);
  bytes[binary_size - 1] = static_cast<std::uint8_t>(crc >> 8);

  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(pending >> (bits - 5)) & 31];
  }
  return text;
}

std::optional<public_key> read_nkey(key_role role, std::string_view text) noexcept {
  if (text.size() != nkey_text_size) return std::nullopt;
  binary bytes{};
  std::uint32_t pending = 0;
  unsigned bits = 0;
  auto* next = bytes.begin();
  for (const char letter : text) {
    const auto value = alphabet.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    pending = (pending << 5) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    *next++ = static_cast<std::uint8_t>(pending >> bits);
  }
  if (bytes[0] != prefix_of(role)) return std::nullopt;
  if (crc16(std::span(bytes).first(binary_size - 2)) != checksum_in(bytes)) return std::nullopt;
  public_key key{};
  std::copy_n(bytes.begin() + 1, public_key_bytes, key.begin());
  return key;
}

}  // namespace wirebird::auth
