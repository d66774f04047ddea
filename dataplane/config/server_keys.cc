#include "dataplane/config/server_keys.hh"

#include "dataplane/config/host_port.hh"
#include "protocol/verbs.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace wirebird::config {

namespace {

struct listen_at {
  std::optional<std::string> host;
  std::int64_t port = 0;
};

/// `HOST:PORT` or a port alone.
std::optional<listen_at> read_address(reading& to, const entry& one) {
  const position& where = one.content.where;
  if (const auto* port = one.content.as<std::int64_t>()) return listen_at{std::nullopt, *port};
  const auto* text = one.content.as<std::string>();
  if (text == nullptr) {
    to.error(where, "expected port or host:port, got " + std::string(type_name(one.content)));
    return std::nullopt;
  }
  const auto said = split_host_port(*text);
  if (!said || !said->port) {
    to.error(where, "could not parse address string " + quoted(*text));
    return std::nullopt;
  }
  const std::string& port_text = *said->port;
  std::int64_t port = 0;
  const char* const end = port_text.data() + port_text.size();
  const auto parsed = std::from_chars(port_text.data(), end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    to.error(where, "could not parse port " + quoted(port_text));
    return std::nullopt;
  }
  return listen_at{said->host, port};
}

void store_port(reading& to, const entry& one, std::int64_t port, std::uint16_t& field) {
  if (port < -1 || port > 65535)
    to.error(one.content.where, "port " + std::to_string(port) + " is not in -1 to 65535");
  else
    field = static_cast<std::uint16_t>(port < 0 ? 0 : port);
}

/// Zero is nats-server's "not given".
void store_monitor_port(reading& to, const entry& one, std::int64_t port,
                        std::optional<std::uint16_t>& field) {
  field.reset();
  if (port == 0) return;
  std::uint16_t number = 0;
  store_port(to, one, port, number);
  field = number;
}

void read_monitor_port(reading& to, const entry& one, std::optional<std::uint16_t>& field) {
  if (const auto port = to.integer(one.content)) store_monitor_port(to, one, *port, field);
}

void read_monitor_address(reading& to, const entry& one, std::optional<std::uint16_t>& field) {
  const auto address = read_address(to, one);
  if (!address) return;
  if (address->host) to.into.monitor.host = *address->host;
  store_monitor_port(to, one, address->port, field);
}

void read_listen(reading& to, const entry& one) {
  const auto address = read_address(to, one);
  if (!address) return;
  if (address->host) to.into.host = *address->host;
  store_port(to, one, address->port == 0 ? 4222 : address->port, to.into.port);
}

void read_server_tags(reading& to, const entry& one) {
  std::vector<std::string> tags;
  if (const auto* text = one.content.as<std::string>()) {
    for (std::size_t start = 0; start <= text->size();) {
      const auto end = std::min(text->find(',', start), text->size());
      tags.push_back(text->substr(start, end - start));
      start = end + 1;
    }
  } else if (const auto* list = one.content.as<array>()) {
    for (const value& element : *list) {
      const auto* tag = element.as<std::string>();
      if (tag == nullptr) {
        to.error(one.content.where, "error parsing tags: unsupported type " +
                                        std::string(type_name(element)) +
                                        " where string is expected");
        return;
      }
      tags.push_back(*tag);
    }
  } else {
    to.error(one.content.where,
             "error parsing tags: unsupported type " + std::string(type_name(one.content)));
    return;
  }
  to.into.server_tags = std::move(tags);
}

void read_lame_duck_duration(reading& to, const entry& one) {
  constexpr duration least = std::chrono::seconds(30);
  const auto length = to.length(one);
  if (!length) return;
  to.into.leave.length = *length;
  if (*length < least)
    to.error(one.content.where,
             "invalid lame_duck_duration of " + printed(one.content) + ", minimum is 30 seconds");
}

void read_lame_duck_grace(reading& to, const entry& one) {
  const auto length = to.length(one);
  if (!length) return;
  to.into.leave.grace = *length;
  if (*length < duration::zero())
    to.error(one.content.where, "invalid lame_duck_grace_period, needs to be positive");
}

constexpr auto row_ignored_boolean = [](reading& to, const entry& one) {
  static_cast<void>(to.boolean(one.content));
};
constexpr auto row_ignored_number = [](reading& to, const entry& one) {
  static_cast<void>(to.integer(one.content));
};
bool is_off(const entry& one) noexcept {
  const auto* truth = one.content.as<bool>();
  return truth != nullptr && !*truth;
}
void read_jetstream(reading& to, const entry& one) {
  const auto* word = one.content.as<std::string>();
  const auto says = [word](std::string_view off) {
    return word != nullptr &&
           std::ranges::equal(*word, off, [](char a, char b) { return protocol::lower(a) == b; });
  };
  const bool says_no = says("disabled") || says("false");
  if (!says_no && !is_off(one)) to.unsupported(one);
}

/// A port of 0 or below asks for no profiling.
void read_profiling(reading& to, const entry& one) {
  const auto port = to.integer(one.content);
  if (port && *port > 0) to.unsupported(one);
}

constexpr auto row_unsupported_unless_off = [](reading& to, const entry& one) {
  if (!is_off(one)) to.unsupported(one);
};
constexpr auto row_guard_unless_off = [](reading& to, const entry& one) {
  if (!is_off(one)) to.unsupported_guard(one);
};

constexpr std::array keys{
    option_key{"listen", read_listen},
    option_key{"host net", [](reading& to, const entry& one) { read_text(to, one, to.into.host); }},
    option_key{"port", [](reading& to, const entry& one) { read_port(to, one, to.into.port); }},
    option_key{"server_name",
               [](reading& to, const entry& one) { read_text(to, one, to.into.server_name); }},
    option_key{
        "proxy_protocol",
        [](reading& to, const entry& one) { read_boolean(to, one, to.into.proxy_protocol); }},
    option_key{"client_advertise",
               [](reading& to, const entry& one) { read_text(to, one, to.into.client_advertise); }},
    option_key{"http",
               [](reading& to, const entry& one) {
                 read_monitor_address(to, one, to.into.monitor.http_port);
               }},
    option_key{"https",
               [](reading& to, const entry& one) {
                 read_monitor_address(to, one, to.into.monitor.https_port);
               }},
    option_key{"http_port monitor_port",
               [](reading& to, const entry& one) {
                 read_monitor_port(to, one, to.into.monitor.http_port);
               }},
    option_key{"https_port",
               [](reading& to, const entry& one) {
                 read_monitor_port(to, one, to.into.monitor.https_port);
               }},
    option_key{
        "http_base_path",
        [](reading& to, const entry& one) { read_text(to, one, to.into.monitor.base_path); }},
    option_key{"server_tags", read_server_tags},
    option_key{"pid_file pidfile",
               [](reading& to, const entry& one) { read_text(to, one, to.into.pid_file); }},
    option_key{"ports_file_dir",
               [](reading& to, const entry& one) { read_text(to, one, to.into.ports_file_dir); }},
    option_key{"lame_duck_duration", read_lame_duck_duration},
    option_key{"lame_duck_grace_period", read_lame_duck_grace},
    option_key{"authorization", read_authorization},
    option_key{"no_auth_user", read_no_auth_user},
    option_key{"dataplane",
               [](reading& to, const entry& one) {
                 if (const map* block = to.fields(one.content))
                   read_entries(to, *block, {dataplane_keys()});
               }},
    option_key{
        "ignore_unsupported",
        [](reading& to, const entry& one) { read_boolean(to, one, to.into.ignore_unsupported); }},

    // What changes nothing here: no such cache, routes or system account to switch off.
    option_key{"disable_sublist_cache no_sublist_cache", row_ignored_boolean},
    option_key{"connect_error_reports reconnect_error_reports", row_ignored_number},
    option_key{"no_system_account no_system no_sys_acc", row_ignored_boolean},

    // What we lack. A start with one of these would promise something that nobody keeps.
    option_key{"tls allow_non_tls tlscert tlskey tlsverify tlscacert", row_guard_unless_off},
    option_key{
        "accounts operator operators root roots resolver resolver_preload resolver_tls "
        "resolver_pinned_accounts trusted trusted_keys default_sentinel system_account system",
        row_guard_unless_off},
    option_key{"jetstream", read_jetstream},
    option_key{"store_dir storedir default_js_domain", row_unsupported_unless_off},
    option_key{"prof_port profile", read_profiling},
    option_key{"cluster cluster_listen routes cluster_name cluster_advertise no_advertise "
               "connect_retries",
               row_unsupported_unless_off},
    option_key{"gateway leaf leafnodes mqtt websocket ws ocsp ocsp_cache mappings maps",
               row_unsupported_unless_off},
};

}  // namespace

option_table server_keys() noexcept {
  return keys;
}

void read_text(reading& to, const entry& one, std::string& field) {
  if (auto text = to.text(one.content)) field = std::move(*text);
}

void read_boolean(reading& to, const entry& one, bool& field) {
  if (const auto truth = to.boolean(one.content)) field = *truth;
}

void read_port(reading& to, const entry& one, std::uint16_t& field) {
  const auto port = to.integer(one.content);
  if (port) store_port(to, one, *port == 0 ? 4222 : *port, field);
}

void read_options(reading& to, const map& from) {
  read_entries(to, from, {server_keys(), limit_keys(), logging_keys(), control_keys()});
}

}  // namespace wirebird::config
