#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"
#include "control/monitor/times_text.hh"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace wirebird::control {

namespace {

// What the dialect has and this server cannot be told yet: the defaults of nats-server.
constexpr double tls_timeout_seconds = 2;

/// Nothing for an empty one.
void add_list(json_text& out, const char* name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.begin_array(name);
  for (const std::string& each : texts) out.element(each);
  out.end_array();
}

void add_identity(json_text& out, const settings& server) {
  out.add("server_id", server.server_id);
  out.add("server_name", server.server_name);
  out.add("version", server.version);
  out.add("proto", server.proto);
  out.add("go", server.go);
  out.add("host", server.host);
  out.add("port", server.port);
  if (server.auth_required) out.add("auth_required", true);
  add_list(out, "connect_urls", server.connect_urls);
}

void add_limits(json_text& out, const settings& server) {
  out.add("max_connections", server.max_connections);
  out.add_unless_zero("max_subscriptions", server.max_subscriptions);
  out.add("ping_interval", server.ping_interval);
  out.add("ping_max", server.ping_max);
  out.add("http_host", server.http_host);
  out.add("http_port", server.http_port);
  out.add("http_base_path", server.http_base_path);
  out.add("https_port", 0);
  out.add("auth_timeout", static_cast<double>(server.auth_timeout) / 1e9);
  out.add("max_control_line", server.max_control_line);
  out.add("max_payload", server.max_payload);
  out.add("max_pending", server.max_pending);
}

void add_usage(json_text& out, const snapshot& from) {
  out.add("start", go_time(from.start_ns()));
  out.add("now", go_time(from.now_ns));
  out.add("uptime", uptime(from.now_ns - from.start_ns()));
  out.add("mem", from.memory_bytes);
  out.add("cores", std::thread::hardware_concurrency());
  out.add("gomaxprocs", from.server.workers);
  out.add("cpu", from.cpu_percent);
  out.add("connections", from.clients());
  out.add("total_connections", from.counter("broker.connections"));
  for (const char* none : {"routes", "remotes", "leafnodes"}) out.add(none, 0);
  out.add("in_msgs", from.counter("broker.in_msgs"));
  out.add("out_msgs", from.counter("broker.out_msgs"));
  out.add("in_bytes", from.counter("broker.in_bytes"));
  out.add("out_bytes", from.counter("broker.out_bytes"));
  std::uint64_t slow = 0;
  for (const char* why : {"broker.slow_consumers", "broker.slow_without_memory",
                          "broker.slow_evicted", "broker.slow_write_deadlines"})
    slow += from.counter(why);
  out.add("slow_consumers", slow);
  out.add("subscriptions", from.subscriptions());
}

void add_load(json_text& out, const snapshot& from) {
  double busiest = 0;
  for (const double each : from.busy) busiest = std::max(busiest, each);
  out.add("busiest_worker", busiest);
  times latency;
  for (const times& each : from.latency) latency += each;
  add_times(out, "latency", latency);
}

page render_varz(const snapshot& from) {
  json_text out;
  out.begin_object();
  add_identity(out, from.server);
  add_limits(out, from.server);
  for (const char* none : {"cluster", "gateway", "leaf", "mqtt", "websocket", "jetstream"}) {
    out.begin_object(none);
    out.end_object();
  }
  out.add("tls_timeout", tls_timeout_seconds);
  out.add("write_deadline", from.server.write_deadline);
  add_usage(out, from);
  out.begin_object("http_req_stats");
  for (const auto& [path, count] : from.requests) out.add(path, count);
  out.end_object();
  out.add("config_load_time", go_time(from.load_ns()));
  add_list(out, "tags", from.server.tags);
  out.add("system_account", system_account);
  out.begin_object("wirebird");
  out.add("version", from.server.wirebird);
  out.add("transport", from.server.transport);
  out.add("workers", from.server.workers);
  add_load(out, from);
  out.end_object();
  out.end_object();
  return {.body = std::move(out).take()};
}

}  // namespace

page_plan plan_varz(const query&) {
  return {{}, render_varz};
}

}  // namespace wirebird::control
