#include "dataplane/agent/identity.hh"

#include "dataplane/auth/nkey.hh"
#include "dataplane/base/check.hh"
#include "dataplane/config/host_port.hh"
#include "dataplane/config/version.hh"

#include <charconv>
#include <memory>
#include <string_view>

#include <openssl/evp.h>
#include <sys/random.h>

namespace wirebird::agent {

protocol::server_info new_identity(const config::options& options) {
  protocol::server_info identity;
  identity.server_id = new_server_id();
  identity.server_name = options.server_name.empty() ? identity.server_id : options.server_name;
  identity.version = config::nats_version;
  identity.go = "none";  // no client looks at it, but the key is expected
  identity.auth_required = options.authorization.required();
  identity.wirebird_version = config::wirebird_version;
  return identity;
}

std::string advertise(const config::options& options, std::uint16_t port,
                      protocol::server_info& identity) {
  identity.host = options.host;
  identity.port = port;
  const std::string& wanted = options.client_advertise;
  if (wanted.empty()) return "";
  const std::string fault =
      "Error setting server INFO with ClientAdvertise value of " + wanted + ", err=";
  const auto said = config::split_host_port(wanted);
  if (!said) return fault + "address " + wanted + ": too many colons in address";
  identity.host = said->host;
  const std::string digits = said->port.value_or("");
  if (digits.empty() || digits == "-1") return "";
  const char* const end = digits.data() + digits.size();
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end)
    return fault + "strconv.Atoi: parsing \"" + digits + "\": invalid syntax";
  if (number != 0) identity.port = number;
  return "";
}

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
