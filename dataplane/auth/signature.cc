#include "dataplane/auth/signature.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <openssl/evp.h>

namespace wirebird::auth {

namespace {

constexpr std::size_t signature_bytes = 64;
using signature_value = std::array<std::uint8_t, signature_bytes>;
constexpr std::size_t letters = 86;  // 64 bytes in six bits each, rounded up
constexpr std::size_t padded_letters = 88;

constexpr std::string_view common =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// returns: nothing unless it is a letter of the alphabet whose last two are given.
std::optional<std::uint32_t> value_of(char letter, char second_last, char last) noexcept {
  if (letter == second_last) return 62;
  if (letter == last) return 63;
  const auto value = common.find(letter);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<signature_value> decode(std::string_view text) noexcept {
  const bool padded = text.size() == padded_letters && text.ends_with("==");
  if (padded) text.remove_suffix(2);
  if (text.size() != letters) return std::nullopt;
  signature_value bytes{};
  std::size_t at = 0;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char letter : text) {
    const auto value = padded ? value_of(letter, '+', '/') : value_of(letter, '-', '_');
    if (!value) return std::nullopt;
    pending = (pending << 6) | *value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = static_cast<std::uint8_t>(pending >> bits);
  }
  return bytes;
}

struct freed_by_openssl {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* work) const noexcept { EVP_MD_CTX_free(work); }
};

}  // namespace

bool is_signed(std::string_view text, std::string_view signature, const public_key& by) {
  const auto bytes = decode(signature);
  if (!bytes) return false;
  const std::unique_ptr<EVP_PKEY, freed_by_openssl> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, by.data(), by.size()));
  const std::unique_ptr<EVP_MD_CTX, freed_by_openssl> work(EVP_MD_CTX_new());
  if (key == nullptr || work == nullptr) return false;
  if (EVP_DigestVerifyInit(work.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(work.get(), bytes->data(), bytes->size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace wirebird::auth
