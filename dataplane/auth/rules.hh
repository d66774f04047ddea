#pragma once

#include "dataplane/auth/nkey.hh"
#include "dataplane/auth/secret.hh"
#include "dataplane/base/time.hh"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wirebird::auth {

/// One entry of a list of permissions: subjects, and for subscriptions the queue groups they may
/// or may not be used with. Both may have wildcards.
struct subject_rule {
  std::string subject;
  std::string queue;  ///< empty: with any queue group or none
  [[nodiscard]] bool operator==(const subject_rule&) const = default;
};

/// What may be published or subscribed: what some `allow` has and no `deny` has. `allow` empty:
/// everything, unless only_replies.
struct permission {
  std::vector<subject_rule> allow;
  std::vector<subject_rule> deny;
  [[nodiscard]] bool operator==(const permission&) const = default;
};

/// How often and how long a reply to a delivered message may be published although the subject is
/// not allowed.
struct response_permission {
  std::int64_t max = 1;                        ///< negative: no limit
  duration expires = std::chrono::minutes(2);  ///< negative: no limit
  [[nodiscard]] bool operator==(const response_permission&) const = default;
};

struct permissions {
  permission publish;
  permission subscribe;
  std::optional<response_permission> responses;  ///< with no `publish.allow`: only replies
  [[nodiscard]] bool operator==(const permissions&) const = default;
};

/// Kinds of connections a user may come by.
enum connection_kind : std::uint8_t {
  standard = 1,
  websocket = 2,
  leafnode = 4,
  leafnode_websocket = 8,
  mqtt = 16,
  mqtt_websocket = 32,
};
inline constexpr std::uint8_t every_connection_kind = 63;

/// One who may connect: by name and password, or by an nkey.
struct user {
  std::string name;               ///< or the nkey's text
  secret password;                ///< clear or bcrypt
  std::optional<public_key> key;  ///< set: signs the nonce, no password
  std::optional<permissions> may;
  std::uint8_t connection_kinds = every_connection_kind;
};

/// Who may connect, and what each may do. Without token and users: everybody, everything.
struct rules {
  bool mentioned = false;                ///< somebody wrote about logins, whatever it came to
  secret token;                          ///< clear or bcrypt
  std::optional<permissions> token_may;  ///< for those who have the token
  std::vector<user> users;
  bool single_user = false;  ///< `users` is one that was given without a list
  std::string no_auth_user;  ///< whose place those take who send no credentials; empty: nobody's
  /// From the end of the greeting until CONNECT. Zero: none was given, default_timeout applies.
  duration timeout{};

  [[nodiscard]] bool required() const noexcept { return !token.empty() || !users.empty(); }
};

inline constexpr duration default_timeout = std::chrono::seconds(2);

}  // namespace wirebird::auth
