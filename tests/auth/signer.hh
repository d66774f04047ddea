#pragma once

#include "dataplane/auth/nkey.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace wirebird::auth {

/// 64 bytes of a signature or so, in base64 for URLs without padding.
inline std::string base64_of(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += letters[(pending >> (bits - 6)) & 63];
  }
  if (bits > 0) text += letters[(pending << (6 - bits)) & 63];
  return text;
}

/// A client's end of the challenge: an Ed25519 key from a seed.
class signer {
 public:
  explicit signer(std::uint8_t seed) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed);
    key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()));
  }

  [[nodiscard]] public_key key() const {
    public_key bytes{};
    std::size_t size = bytes.size();
    EXPECT_EQ(EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size), 1);
    return bytes;
  }
  [[nodiscard]] std::string nkey() const { return nkey_text(key_role::user, key()); }
  [[nodiscard]] std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, freed> work(EVP_MD_CTX_new());
    EXPECT_EQ(EVP_DigestSignInit(work.get(), nullptr, nullptr, nullptr, key_.get()), 1);
    std::array<std::uint8_t, 64> bytes{};
    std::size_t size = bytes.size();
    EXPECT_EQ(EVP_DigestSign(work.get(), bytes.data(), &size,
                             reinterpret_cast<const unsigned char*>(text.data()), text.size()),
              1);
    return base64_of(bytes);
  }

 private:
  struct freed {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* work) const noexcept { EVP_MD_CTX_free(work); }
  };
  std::unique_ptr<EVP_PKEY, freed> key_;
};

}  // namespace wirebird::auth
