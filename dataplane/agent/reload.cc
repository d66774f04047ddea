#include "dataplane/agent/reload.hh"

#include "dataplane/base/address.hh"
#include "dataplane/config/duration.hh"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wirebird::agent {

namespace {

std::string text_of(const std::string& value) {
  return value;
}
std::string text_of(bool value) {
  return value ? "true" : "false";
}
std::string text_of(duration value) {
  return config::to_text(value);
}
std::string text_of(config::idle_strategy value) {
  return value == config::idle_strategy::spin ? "spin" : "adaptive";
}
std::string text_of(const interface_address& value) {
  return to_string(value.address) + "/" + std::to_string(value.prefix_length);
}
std::string text_of(const ip_address& value) {
  return to_string(value);
}
template <typename Number>
  requires(std::is_integral_v<Number>)
std::string text_of(Number value) {
  return std::to_string(value);
}
template <typename Value>
std::string text_of(const std::optional<Value>& value) {
  return value ? text_of(*value) : "";
}
std::string text_of(const std::vector<unsigned>& values) {
  std::string text;
  for (const unsigned one : values) text += (text.empty() ? "" : ",") + std::to_string(one);
  return text;
}
/// A port that is off is 0, as nats-server says it.
std::string port_text(const std::optional<std::uint16_t>& port) {
  return port ? std::to_string(*port) : "0";
}
/// No limit is 0, as nats-server says it.
std::string limit_text(std::uint32_t limit) {
  return std::to_string(limit == std::numeric_limits<std::uint32_t>::max() ? 0 : limit);
}

/// As Go prints a number of seconds. Zero: the default.
std::string seconds_text(duration length) {
  if (length == duration::zero()) length = auth::default_timeout;
  std::string text(32, '\0');
  const double seconds = std::chrono::duration<double>(length).count();
  const auto end = std::to_chars(text.data(), text.data() + text.size(), seconds).ptr;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

class comparison {
 public:
  /// `name`: nats-server's for the option inside, where it has it.
  template <typename Value>
  void is_fixed(const char* name, const Value& now, const Value& next) {
    is_fixed_text(name, text_of(now), text_of(next));
  }
  void is_fixed_text(const char* name, const std::string& now, const std::string& next) {
    if (now == next || !plan_.refusal.empty()) return;
    plan_.refusal =
        std::string("config reload not supported for ") + name + ": old=" + now + ", new=" + next;
  }
  template <typename Value>
  void may_change(const char* name, const Value& now, const Value& next) {
    if (text_of(now) != text_of(next))
      say(std::string("Reloaded: ") + name + " = " + text_of(next));
  }
  void say(std::string change) { plan_.changes.push_back(std::move(change)); }
  void change_logins(std::string change) {
    plan_.logins_change = true;
    say(std::move(change));
  }
  [[nodiscard]] reload_plan result() && { return std::move(plan_); }

 private:
  reload_plan plan_;
};

void compare_fixed(comparison& that, const config::options& now, const config::options& next) {
  that.is_fixed("Host", now.host, next.host);
  that.is_fixed("Port", now.port, next.port);
  that.is_fixed("ProxyProtocol", now.proxy_protocol, next.proxy_protocol);
  that.is_fixed("ServerName", now.server_name, next.server_name);
  that.is_fixed_text("MaxSubs", limit_text(now.limits.max_subscriptions),
                     limit_text(next.limits.max_subscriptions));
  that.is_fixed("MaxSubTokens", now.limits.max_sub_tokens, next.limits.max_sub_tokens);
  that.is_fixed("MaxPending", now.limits.max_pending, next.limits.max_pending);
  that.is_fixed("NoHeaderSupport", !now.limits.headers, !next.limits.headers);
  that.is_fixed("HTTPHost", now.monitor.host, next.monitor.host);
  that.is_fixed_text("HTTPPort", port_text(now.monitor.http_port),
                     port_text(next.monitor.http_port));
  that.is_fixed_text("HTTPSPort", port_text(now.monitor.https_port),
                     port_text(next.monitor.https_port));
  that.is_fixed("HTTPBasePath", now.monitor.base_path, next.monitor.base_path);
  that.is_fixed("LogSizeLimit", now.log.size_limit, next.log.size_limit);
  that.is_fixed("LameDuckDuration", now.leave.length, next.leave.length);
  that.is_fixed("LameDuckGracePeriod", now.leave.grace, next.leave.grace);
}

void compare_dataplane(comparison& that, const config::options& now, const config::options& next) {
  that.is_fixed("nic", now.nic, next.nic);
  that.is_fixed("ip", now.interface, next.interface);
  that.is_fixed("gateway", now.gateway, next.gateway);
  that.is_fixed("trust_rx_checksum", now.trust_receive_checksums, next.trust_receive_checksums);
  that.is_fixed("no_huge", now.no_huge, next.no_huge);
  that.is_fixed("workers", now.workers, next.workers);
  that.is_fixed("cores", now.cores, next.cores);
  that.is_fixed("idle", now.idle, next.idle);
}

void compare_limits(comparison& that, const config::client_limits& now,
                    const config::client_limits& next) {
  that.may_change("max_connections", now.max_connections, next.max_connections);
  that.may_change("max_control_line", now.max_control_line, next.max_control_line);
  that.may_change("max_payload", now.max_payload, next.max_payload);
  that.may_change("ping_interval", now.ping_interval, next.ping_interval);
  that.may_change("ping_max", now.ping_max, next.ping_max);
  that.may_change("write_deadline", now.write_deadline, next.write_deadline);
}

void compare_logging(comparison& that, const config::logging& now, const config::logging& next) {
  that.may_change("trace", now.trace, next.trace);
  that.may_change("trace_verbose", now.trace_verbose, next.trace_verbose);
  that.may_change("debug", now.debug, next.debug);
  that.may_change("logtime", now.times, next.times);
  that.may_change("log_file", now.file, next.file);
  that.may_change("syslog", now.syslog, next.syslog);
  that.may_change("remote_syslog", now.remote_syslog, next.remote_syslog);
  that.may_change("max_traced_msg_len", now.traced_bytes_max, next.traced_bytes_max);
}

bool same_users(const auth::rules& one, const auth::rules& other, bool with_keys) {
  const auto of_kind = [with_keys](const auth::rules& all) {
    std::vector<const auth::user*> found;
    if (all.single_user) return found;
    for (const auth::user& each : all.users)
      if (each.key.has_value() == with_keys) found.push_back(&each);
    return found;
  };
  return std::ranges::equal(
      of_kind(one), of_kind(other), [](const auth::user* left, const auth::user* right) {
        return left->name == right->name && left->password.reveal() == right->password.reveal() &&
               left->key == right->key && left->may == right->may &&
               left->connection_kinds == right->connection_kinds;
      });
}

/// The user that was given without a list; null: there is none.
const auth::user* single_user(const auth::rules& of) {
  return of.single_user && !of.users.empty() ? &of.users.front() : nullptr;
}

std::string_view name_of(const auth::user* one) {
  return one == nullptr ? std::string_view() : std::string_view(one->name);
}

std::string_view password_of(const auth::user* one) {
  return one == nullptr ? std::string_view() : one->password.reveal();
}

/// Whom `no_auth_user` names may not become somebody else; he may go, and the option with him.
void compare_no_auth_user(comparison& that, const auth::rules& now, const auth::rules& next) {
  if (now.no_auth_user == next.no_auth_user) return;
  const bool stays = std::ranges::any_of(
      next.users, [&](const auth::user& one) { return one.name == now.no_auth_user; });
  if (!now.no_auth_user.empty() && next.no_auth_user.empty() && !stays) return;
  that.is_fixed("NoAuthUser", now.no_auth_user, next.no_auth_user);
}

void compare_logins(comparison& that, const auth::rules& now, const auth::rules& next) {
  compare_no_auth_user(that, now, next);
  const auth::user* const one = single_user(now);
  const auth::user* const other = single_user(next);
  const auto say_if = [&that](bool changed, const char* what) {
    if (changed) that.change_logins(std::string("Reloaded: authorization ") + what);
  };
  say_if(name_of(one) != name_of(other), "username");
  say_if(password_of(one) != password_of(other), "password");
  say_if(now.token.reveal() != next.token.reveal(), "token");
  const bool same_single = one == nullptr || other == nullptr || one->may == other->may;
  say_if(!same_single || now.token_may != next.token_may, "permissions");
  if (now.timeout != next.timeout)
    that.say("Reloaded: authorization timeout = " + seconds_text(next.timeout));
  say_if(!same_users(now, next, false), "users");
  say_if(!same_users(now, next, true), "nkey users");
}

}  // namespace

reload_plan plan_reload(const config::options& now, const config::options& next) {
  comparison that;
  compare_fixed(that, now, next);
  compare_dataplane(that, now, next);
  compare_logins(that, now.authorization, next.authorization);
  compare_logging(that, now.log, next.log);
  compare_limits(that, now.limits, next.limits);
  if (now.client_advertise != next.client_advertise)  // 2.9.10 spells this one differently
    that.say("Reload: client_advertise = " + next.client_advertise);
  that.may_change("pid_file", now.pid_file, next.pid_file);
  that.may_change("ports_file_dir", now.ports_file_dir, next.ports_file_dir);
  if (now.server_tags != next.server_tags) that.say("Reloaded: tags");
  return std::move(that).result();
}

}  // namespace wirebird::agent
