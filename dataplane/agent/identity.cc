#include "dataplane/agent/identity.hh"

#include "dataplane/auth/nkey.hh"
#include "dataplane/base/check.hh"

#include <memory>

#include <openssl/evp.h>
#include <sys/random.h>

namespace wirebird::agent {

std::string new_server_id() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  check(key != nullptr, "no Ed25519 key pair from OpenSSL");
  auth::public_key bytes{};
  std::size_t size = bytes.size();
  check(EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) == 1);
  return auth::nkey_text(auth::key_role::server, bytes);
}

siphash_key new_secret() {
  siphash_key key{};
  check(getrandom(key.data(), sizeof key, 0) == sizeof key, "no random bytes from the kernel");
  return key;
}

}  // namespace wirebird::agent
