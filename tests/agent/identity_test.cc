#include "dataplane/agent/identity.hh"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::agent {
namespace {

/// The other direction, written independently: base32 text to bytes.
std::vector<std::uint8_t> from_base32(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char letter : text) {
    const int value = letter >= 'A' ? letter - 'A' : letter - '2' + 26;
    pending = (pending << 5) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
  }
  return bytes;
}

/// CRC-16/XMODEM by long division; over data followed by its CRC (high byte first) it is 0.
std::uint16_t crc16(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t rest = 0;
  for (const std::uint8_t byte : bytes)
    for (int bit = 7; bit >= 0; --bit) {
      rest = (rest << 1) | ((byte >> bit) & 1U);
      if ((rest & 0x10000) != 0) rest ^= 0x11021;
    }
  return static_cast<std::uint16_t>(rest);
}

TEST(identity, server_id_is_a_public_server_nkey) {
  const std::string id = new_server_id();
  ASSERT_EQ(id.size(), 56U);
  EXPECT_EQ(id[0], 'N');
  EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
  std::vector<std::uint8_t> bytes = from_base32(id);
  ASSERT_EQ(bytes.size(), 35U);
  std::swap(bytes[33], bytes[34]);  // the text carries the CRC low byte first
  EXPECT_EQ(crc16(bytes), 0);
}

TEST(identity, every_start_has_an_id_and_a_secret_of_its_own) {
  EXPECT_NE(new_server_id(), new_server_id());
  EXPECT_NE(new_secret(), new_secret());
}

}  // namespace
}  // namespace wirebird::agent
