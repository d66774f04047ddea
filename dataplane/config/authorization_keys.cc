// Block `authorization`: who may connect, and what each may do.
#include "dataplane/config/duration.hh"
#include "dataplane/config/permission_keys.hh"
#include "dataplane/config/server_keys.hh"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace wirebird::config {

namespace {

using auth::permissions;
using auth::user;

/// What the block says, before it is known what goes together.
struct block {
  std::optional<std::string> name;
  std::optional<std::string> password;
  std::optional<std::string> token;
  std::optional<std::vector<user>> users;
  std::optional<permissions> usual;
  duration timeout{};
};

constexpr std::array kinds{
    std::pair{std::string_view("standard"), auth::standard},
    std::pair{std::string_view("websocket"), auth::websocket},
    std::pair{std::string_view("leafnode"), auth::leafnode},
    std::pair{std::string_view("leafnode_ws"), auth::leafnode_websocket},
    std::pair{std::string_view("mqtt"), auth::mqtt},
    std::pair{std::string_view("mqtt_ws"), auth::mqtt_websocket},
};

std::uint8_t read_connection_kinds(reading& to, const entry& one) {
  std::vector<std::string> names;
  constexpr std::string_view fault = "error parsing allowed connection types: unsupported type ";
  if (const auto* text = one.content.as<std::string>()) {
    names.push_back(*text);
  } else if (const auto* list = one.content.as<array>()) {
    for (const value& element : *list) {
      if (const auto* name = element.as<std::string>())
        names.push_back(*name);
      else
        to.error(element.where, std::string(fault) + "in array " + std::string(type_name(element)));
    }
  } else {
    to.error(one.content.where, std::string(fault) + std::string(type_name(one.content)));
  }
  std::uint8_t mask = 0;
  std::string wrong;
  for (const std::string& name : names) {
    const auto* known = std::ranges::find_if(
        kinds, [&name](const auto& kind) { return is_named(kind.first, name); });
    if (known != kinds.end())
      mask |= known->second;
    else
      wrong += (wrong.empty() ? "" : " ") + quoted(upper(name));
  }
  if (!wrong.empty()) to.error(one.content.where, "invalid connection types [" + wrong + "]");
  return mask == 0 ? auth::every_connection_kind : mask;
}

/// What stands where users should: a secret, perhaps. nats-server prints it.
std::string shown(const value& of) {
  const bool is_number = of.as<std::int64_t>() != nullptr || of.as<double>() != nullptr;
  return is_number ? printed(of) : std::string(type_name(of));
}

void check_user(reading& to, const position& where, const user& one, const std::string& nkey) {
  if (nkey.empty()) {
    if (one.name.empty()) to.error(where, "User entry requires a user");
  } else if (!one.key) {
    to.error(where, "Not a valid public nkey for a user");
  } else if (one.name != nkey || !one.password.empty()) {
    to.error(where, "Nkey users do not take usernames or passwords");
  }
}

std::optional<user> read_user(reading& to, const value& from) {
  const map* const fields = from.as<map>();
  if (fields == nullptr) {
    to.error(from.where, "Expected user entry to be a map/struct, got " + shown(from));
    return std::nullopt;
  }
  user made;
  std::string nkey;
  for (const entry& one : *fields) {
    if (is_named("nkey", one.key)) {
      read_text(to, one, nkey);
      made.key = auth::read_nkey(auth::key_role::user, nkey);
    } else if (is_named("user username", one.key)) {
      read_text(to, one, made.name);
    } else if (is_named("pass password", one.key)) {
      if (auto text = to.text(one.content)) made.password = auth::secret(std::move(*text));
    } else if (is_named("permissions permission authorization", one.key)) {
      made.may = read_permissions(to, one.content);
    } else if (is_named("allowed_connection_types connection_types clients", one.key)) {
      made.connection_kinds = read_connection_kinds(to, one);
    } else {
      to.unknown(one);
    }
  }
  if (!nkey.empty() && made.name.empty()) made.name = nkey;
  check_user(to, from.where, made, nkey);
  return made;
}

void read_users(reading& to, const entry& one, block& into) {
  const auto* list = one.content.as<array>();
  if (list == nullptr) {
    to.error(one.content.where, "Expected users field to be an array, got " + shown(one.content));
    return;
  }
  auto& users = into.users.emplace();
  for (const value& element : *list)
    if (auto made = read_user(to, element)) users.push_back(std::move(*made));
}

/// Seconds as a number, or a duration as text. Other types mean nothing, as with nats-server.
duration read_timeout(reading& to, const entry& one) {
  constexpr std::int64_t most = duration::max() / std::chrono::seconds(1);
  duration length{};
  if (const auto* whole = one.content.as<std::int64_t>())
    length = std::chrono::seconds(std::clamp(*whole, -most, most));
  else if (const auto* number = one.content.as<double>())
    length = std::chrono::duration_cast<duration>(
        std::chrono::duration<double>(std::clamp(*number, -1e9, 1e9)));
  else if (one.content.as<std::string>() != nullptr)
    length = to.length(one).value_or(duration{});
  if (length < duration::zero()) to.error(one.content.where, "timeout needs to be positive");
  return length;
}

block read_block(reading& to, const map& fields) {
  block found;
  for (const entry& one : fields) {
    if (is_named("user username", one.key))
      found.name = to.text(one.content);
    else if (is_named("pass password", one.key))
      found.password = to.text(one.content);
    else if (is_named("token", one.key))
      found.token = to.text(one.content);
    else if (is_named("timeout", one.key))
      found.timeout = read_timeout(to, one);
    else if (is_named("users", one.key))
      read_users(to, one, found);
    else if (is_named("default_permissions default_permission permissions", one.key))
      found.usual = read_permissions(to, one.content);
    else
      to.unknown(one);
  }
  return found;
}

/// Users of a list: each name once, and the default permissions for those who have none.
void add_users(reading& to, const position& where, block& found) {
  auth::rules& rules = to.into.authorization;
  for (user& one : *found.users) {
    const bool known = std::ranges::any_of(rules.users, [&one](const user& other) {
      return other.name == one.name && other.key.has_value() == one.key.has_value();
    });
    if (known)
      to.error(where, std::string("Duplicate ") + (one.key ? "nkey " : "user ") + quoted(one.name) +
                          " detected");
    if (!one.may) one.may = found.usual;
    rules.users.push_back(std::move(one));
  }
}

/// Openness has to be asked for: a block that names a way to log in and leaves it empty is none.
void refuse_open_door(reading& to, const position& where, const block& found) {
  if (found.users && found.users->empty())
    to.error(where, "authorization names no user: leave the block out to let everybody in");
  if (found.token && found.token->empty())
    to.error(where, "the token is empty: leave it out to let everybody in");
  if (found.password && found.name.value_or("").empty())
    to.error(where, "there is a password without a user");
}

}  // namespace

void read_authorization(reading& to, const entry& one) {
  const map* const fields = to.fields(one.content);
  if (fields == nullptr) return;
  const position& where = one.content.where;
  const std::size_t faults_before = to.errors.size();
  block found = read_block(to, *fields);
  auth::rules& rules = to.into.authorization;
  rules.mentioned = true;
  rules.token = {};
  rules.token_may.reset();
  rules.users.clear();
  rules.timeout = found.timeout;
  const bool single = found.name || found.password;
  rules.single_user = single;
  if (found.token && single) to.error(where, "Cannot have a user/pass and token");
  if (found.token && found.users) to.error(where, "Can not have a token and a users array");
  if (single && found.users) to.error(where, "Can not have a single user/pass and a users array");
  if (to.errors.size() == faults_before) refuse_open_door(to, where, found);
  if (found.token) rules.token = auth::secret(std::move(*found.token));
  if (found.token) rules.token_may = found.usual;
  if (found.users) add_users(to, where, found);
  if (single && found.name)
    rules.users.push_back(
        {*found.name, auth::secret(found.password.value_or("")), {}, found.usual});
}

void read_no_auth_user(reading& to, const entry& one) {
  read_text(to, one, to.into.authorization.no_auth_user);
}

}  // namespace wirebird::config
