#include "dataplane/broker/core.hh"

#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>

namespace wirebird::broker {

namespace {

protocol::limits enforceable(protocol::limits limits, const arena& memory) noexcept {
  limits.max_control_line = std::min(limits.max_control_line, control_line_bytes_max);
  // A message that cannot be gathered beside others would wait for ever.
  const std::size_t message_bytes_max = memory.limit_bytes() / messages_per_arena_min;
  if (limits.max_payload > message_bytes_max)
    limits.max_payload = static_cast<std::uint32_t>(message_bytes_max);
  return limits;
}

protocol::limits without_trust(protocol::limits limits) noexcept {
  limits.max_payload = std::min(limits.max_payload, payload_before_connect_max);
  return limits;
}

}  // namespace

core::core(const options& rules_, const protocol::server_info& identity_, arena& memory_,
           timer_wheel& timers_, random& choices_, const siphash_key& secret_, id_source& ids_,
           event_sink& events_, const crossing::station& place)
    : rules(rules_),
      identity(&identity_),
      limits(enforceable(rules_.limits, memory_)),
      limits_before_connect(without_trust(limits)),
      memory(memory_),
      timers(timers_),
      choices(choices_),
      secret(secret_),
      ids(ids_),
      events(events_),
      interest(secret_, counts),
      memory_queue(memory_, timers_, limits.max_payload),
      others(*this, place),
      fanouts(*this),
      flushes(rules),
      throttled(timers_),
      waiting(memory_, memory_queue.shares().output),
      logins(*this, secret_),
      reviews(*this) {
  if (!others.alone()) interest.listen(others);
}

void core::apply(const options& next, const protocol::server_info& next_identity) noexcept {
  rules = next;
  identity = &next_identity;
  limits = enforceable(next.limits, memory);
  limits_before_connect = without_trust(limits);
  memory_queue.set_message_bytes_max(limits.max_payload);
}

std::string core::info_line(std::uint64_t client, const endpoint& remote) const {
  protocol::server_info info = *identity;
  info.headers = rules.headers;
  info.max_payload = limits.max_payload;
  info.auth_required = rules.login.required && !rules.login.without_connect;
  if (rules.login.challenges) info.nonce = logins.nonce_of(client);
  info.client_id = client;
  info.client_ip = to_string(remote.address);
  return protocol::info_line(info);
}

std::uint64_t core::hash_of_id(std::uint64_t id) noexcept {
  return id * 0x9e3779b97f4a7c15 >> 32;  // 2^64 over the golden ratio: ids come in sequence
}

session* core::find_session(std::uint64_t id) const noexcept {
  return by_id.find(hash_of_id(id), [id](const session& one) { return one.id() == id; });
}

}  // namespace wirebird::broker
