#include "dataplane/auth/password.hh"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <crypt.h>
#include <openssl/crypto.h>

namespace wirebird::auth {

namespace {

constexpr std::string_view known_revision = "$2b$";
constexpr std::size_t bcrypt_text_size = 60;

/// Equal sizes are no secret, how far two texts agree is.
bool are_equal(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

/// The letters of the revision name bugs of other programs; Go's bcrypt, which nats-server uses,
/// computes the same for all of them, and so do we.
bool has_hash(std::string_view kept, std::string_view said) {
  if (kept.size() != bcrypt_text_size) return false;
  std::string setting(kept);
  setting.replace(0, known_revision.size(), known_revision);
  std::string key(said);
  const auto work = std::make_unique<crypt_data>();
  const char* const made =
      crypt_rn(key.c_str(), setting.c_str(), work.get(), static_cast<int>(sizeof(crypt_data)));
  const bool good = made != nullptr && are_equal(made, setting);
  OPENSSL_cleanse(work.get(), sizeof(crypt_data));
  OPENSSL_cleanse(key.data(), key.size());
  return good;
}

}  // namespace

bool is_bcrypt(const secret& kept) noexcept {
  const std::string_view text = kept.reveal();
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() >= 7 && text.starts_with("$2") &&
         std::string_view("abxy").find(text[2]) != std::string_view::npos && text[3] == '$' &&
         is_digit(text[4]) && is_digit(text[5]) && text[6] == '$';
}

bool is_password(const secret& kept, const secret& said) {
  if (kept.empty() || said.empty()) return false;
  if (!is_bcrypt(kept)) return are_equal(kept.reveal(), said.reveal());
  // crypt() reads up to a NUL: what is behind it would not count.
  const bool whole = said.reveal().find('\0') == std::string_view::npos;
  return has_hash(kept.reveal(), said.reveal()) && whole;
}

}  // namespace wirebird::auth
