#include "dataplane/agent/broker_rules.hh"

#include <algorithm>

namespace wirebird::agent {

broker::options rules_of(const config::options& options) {
  const config::client_limits& limits = options.limits;
  constexpr std::uint32_t nine_digits = 999'999'999;  // what a size in the protocol can say
  broker::options rules;
  rules.generation = options.generation;
  rules.limits.max_control_line = limits.max_control_line;
  rules.limits.max_payload = std::min(limits.max_payload, nine_digits);
  rules.max_pending = limits.max_pending;
  rules.max_connections = limits.max_connections;
  rules.max_subscriptions = limits.max_subscriptions;
  rules.max_sub_tokens = limits.max_sub_tokens;
  rules.ping_interval = limits.ping_interval;
  rules.ping_max = limits.ping_max;
  rules.write_deadline = limits.write_deadline;
  rules.headers = limits.headers;
  const auth::rules& who = options.authorization;
  rules.login.required = who.required();
  rules.login.without_connect = !who.no_auth_user.empty();
  rules.login.challenges =
      std::ranges::any_of(who.users, [](const auth::user& one) { return one.key.has_value(); });
  if (who.timeout != duration::zero()) rules.login.timeout = who.timeout;
  rules.trace = options.log.trace;
  rules.traced_bytes_max = options.log.traced_bytes_max;
  return rules;
}

}  // namespace wirebird::agent
