#include "dataplane/agent/settings_text.hh"

#include "protocol/json_writer.hh"

#include <cstdint>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace wirebird::agent {

std::string settings_text(const config::options& options, const protocol::server_info& identity,
                          const broker::options& rules, const http_listener& http,
                          const server_times& times, std::size_t workers) {
  const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
  protocol::json_object_writer text;
  text.add("server_id", std::string_view(identity.server_id));
  text.add("server_name", std::string_view(identity.server_name));
  text.add("version", std::string_view(identity.version));
  text.add("wirebird", std::string_view(identity.wirebird_version));
  text.add("proto", std::int64_t{identity.proto});
  text.add("go", std::string_view(identity.go));
  text.add("host", std::string_view(identity.host));
  text.add("port", number(identity.port));
  text.add("auth_required", identity.auth_required);
  text.add("auth_timeout", number(rules.login.timeout.count()));
  text.add("connect_urls", identity.connect_urls);
  text.add("max_connections", number(rules.max_connections));
  const bool limits_subscriptions = rules.max_subscriptions != UINT32_MAX;
  text.add("max_subscriptions", number(limits_subscriptions ? rules.max_subscriptions : 0));
  text.add("ping_interval", number(rules.ping_interval.count()));
  text.add("ping_max", number(rules.ping_max));
  text.add("http_host", std::string_view(http.host));
  text.add("http_port", number(http.port));
  const std::string_view base = options.monitor.base_path;
  text.add("http_base_path", base == "/" ? std::string_view() : base);
  text.add("max_control_line", number(rules.limits.max_control_line));
  text.add("max_payload", number(rules.limits.max_payload));
  text.add("max_pending", rules.max_pending);
  text.add("write_deadline", number(rules.write_deadline.count()));
  text.add("start_ns", times.start_ns);
  text.add("start_wall_ns", times.start_wall_ns);
  text.add("load_ns", times.load_ns);
  text.add("tags", options.server_tags);
  text.add("pid", number(getpid()));
  text.add("workers", number(workers));
  text.add("control_socket", std::string_view(options.control.socket));
  const auto& listen = options.control.listen;
  text.add("control_address", std::string_view(listen ? to_string(listen->address) : ""));
  text.add("control_port", number(listen ? listen->port : 0));
  text.add("monitor_allow", options.control.allow);
  text.add("transport", std::string_view(options.nic.empty() ? "kernel" : "dpdk"));
  return std::move(text).finish();
}

}  // namespace wirebird::agent
