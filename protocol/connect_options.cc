#include "protocol/connect_options.hh"

#include "protocol/json_reader.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace wirebird::protocol {

bool merge_connect(std::string_view json, connect_options& options) {
  std::int64_t protocol = options.protocol;
  const std::array members = {
      json_member{"verbose", &options.verbose},
      json_member{"pedantic", &options.pedantic},
      json_member{"tls_required", &options.tls_required},
      json_member{"auth_token", &options.auth_token},
      json_member{"user", &options.user},
      json_member{"pass", &options.pass},
      json_member{"nkey", &options.nkey},
      json_member{"sig", &options.sig},
      json_member{"jwt", &options.jwt},
      json_member{"name", &options.name},
      json_member{"lang", &options.lang},
      json_member{"version", &options.version},
      json_member{"protocol", &protocol},
      json_member{"echo", &options.echo},
      json_member{"headers", &options.headers},
      json_member{"no_responders", &options.no_responders},
      json_member{"account", &options.account},
      json_member{"new_account", &options.new_account},
      json_member{"import", {}},
      json_member{"export", {}},
  };
  if (!read_json_object(json, members)) return false;
  // A number beyond int is a wrong protocol like any other one, not a wrong type.
  options.protocol = static_cast<int>(std::clamp<std::int64_t>(
      protocol, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
  return true;
}

}  // namespace wirebird::protocol
