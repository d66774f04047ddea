#include "dataplane/agent/posture.hh"

#include "dataplane/auth/password.hh"

#include <cstddef>

namespace wirebird::agent {

namespace {

std::string count_of(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

struct tally {
  std::size_t clear = 0;
  std::size_t hashed = 0;
  std::size_t keys = 0;
  std::size_t without = 0;    ///< neither password nor key: nobody can log in as that
  std::size_t unlimited = 0;  ///< may publish and subscribe everything
};

tally count(const auth::rules& rules) {
  tally found;
  for (const auth::user& one : rules.users) {
    if (one.key)
      ++found.keys;
    else if (one.password.empty())
      ++found.without;
    else if (auth::is_bcrypt(one.password))
      ++found.hashed;
    else
      ++found.clear;
    if (!one.may) ++found.unlimited;
  }
  return found;
}

std::string who_may(const auth::rules& rules) {
  if (!rules.required()) return "anybody, without a login, may publish and subscribe everything";
  if (!rules.token.empty())
    return std::string("whoever has the token") +
           (rules.token_may ? ", within its permissions" : " may publish and subscribe everything");
  const tally users = count(rules);
  std::string text = count_of(rules.users.size(), "user", "users");
  text += " (" + std::to_string(users.clear) + " by clear password, " +
          std::to_string(users.hashed) + " by bcrypt, " + std::to_string(users.keys) + " by nkey";
  if (users.without > 0) text += ", " + std::to_string(users.without) + " by no login";
  text += "), " + std::to_string(users.unlimited) + " without limits";
  if (!rules.no_auth_user.empty()) text += "; who sends no credentials is one of them";
  return text;
}

}  // namespace

std::string posture(const config::options& options, std::string_view clients) {
  std::string text = "Who may connect: clients on ";
  text.append(clients).append(": ").append(who_may(options.authorization));
  if (!options.monitor.http_port) return text;
  text += "; monitoring pages: ";
  if (options.control.allow.empty()) return text + "anybody may read them";
  text += "who comes from";
  for (const std::string& network : options.control.allow)
    text.append(&network == &options.control.allow.front() ? " " : ", ").append(network);
  return text + " may read them";
}

std::vector<std::string> password_warnings(const config::options& options) {
  std::vector<std::string> warnings;
  const tally users = count(options.authorization);
  // nats-server's words.
  if (users.clear > 0) warnings.emplace_back("Plaintext passwords detected, use nkeys or bcrypt");
  if (users.without > 0)
    warnings.push_back(count_of(users.without, "user has", "users have") +
                       " no password: nobody can log in with such a name");
  return warnings;
}

}  // namespace wirebird::agent
