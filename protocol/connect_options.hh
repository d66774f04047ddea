#pragma once

#include <string>
#include <string_view>

namespace wirebird::protocol {

/// What CONNECT can say, with the defaults that hold before and without it.
struct connect_options {
  bool verbose = true;
  bool pedantic = true;
  bool echo = true;
  bool headers = false;
  bool no_responders = false;
  bool tls_required = false;
  bool new_account = false;
  int protocol = 0;
  std::string auth_token, user, pass, nkey, sig, jwt;
  std::string name, lang, version;
  std::string account;
};

/// Merges the object in `json` into `options`: fields that are present win, keys in any letter
/// case, unknown keys and null ignored. returns: false, with `options` unspecified, for malformed
/// text or a wrong type (such a CONNECT closes the connection silently).
[[nodiscard]] bool merge_connect(std::string_view json, connect_options& options);

}  // namespace wirebird::protocol
