#include "dataplane/agent/identity.hh"

#include "dataplane/base/check.hh"

#include <cstdint>
#include <memory>
#include <vector>

#include <openssl/evp.h>
#include <sys/random.h>

namespace wirebird::agent {

namespace {

constexpr std::uint8_t server_prefix = 13 << 3;  // base32 turns it into a leading 'N'
constexpr std::size_t public_key_bytes = 32;

std::uint16_t crc16(const std::vector<std::uint8_t>& bytes) {
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

std::string base32(const std::vector<std::uint8_t>& bytes) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(pending >> (bits - 5)) & 31];
  }
  if (bits > 0) text += alphabet[(pending << (5 - bits)) & 31];
  return text;
}

}  // namespace

std::string new_server_id() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  check(key != nullptr, "no Ed25519 key pair from OpenSSL");
  std::vector<std::uint8_t> bytes{server_prefix};
  bytes.resize(1 + public_key_bytes);
  std::size_t size = public_key_bytes;
  check(EVP_PKEY_get_raw_public_key(key.get(), bytes.data() + 1, &size) == 1);
  const std::uint16_t crc = crc16(bytes);
  bytes.push_back(static_cast<std::uint8_t>(crc));
  bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
  return base32(bytes);
}

siphash_key new_secret() {
  siphash_key key{};
  check(getrandom(key.data(), sizeof key, 0) == sizeof key, "no random bytes from the kernel");
  return key;
}

}  // namespace wirebird::agent
