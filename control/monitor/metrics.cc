#include "control/monitor/go_text.hh"
#include "control/monitor/page.hh"

#include <algorithm>
#include <string>

namespace wirebird::control {

namespace {

/// `broker.in_msgs` as `wirebird_broker_in_msgs_total`.
std::string metric_name(std::string_view counter) {
  std::string name = "wirebird_" + std::string(counter) + "_total";
  std::ranges::replace(name, '.', '_');
  return name;
}

void add_type(std::string& out, const std::string& name, const char* type) {
  out += "# TYPE " + name + " " + type + "\n";
}

void add_sample(std::string& out, const std::string& name, std::size_t worker,
                std::uint64_t value) {
  out += name + "{worker=\"" + std::to_string(worker) + "\"} " + std::to_string(value) + "\n";
}

void add_gauge(std::string& out, const snapshot& from, const std::string& name,
               std::uint64_t protocol::plane::worker_record::*field) {
  add_type(out, name, "gauge");
  for (std::size_t i = 0; i < from.workers.size(); ++i)
    add_sample(out, name, i, from.workers[i].*field);
}

/// Prometheus' text format, version 0.0.4.
page render_metrics(const snapshot& from) {
  using protocol::plane::worker_record;
  std::string out;
  for (std::size_t i = 0; i < from.counter_names.size(); ++i) {
    const std::string name = metric_name(from.counter_names[i]);
    add_type(out, name, "counter");
    for (std::size_t worker = 0; worker < from.counters.size(); ++worker)
      if (i < from.counters[worker].size()) add_sample(out, name, worker, from.counters[worker][i]);
  }
  add_gauge(out, from, "wirebird_connections", &worker_record::connection_rows);
  add_gauge(out, from, "wirebird_subscriptions", &worker_record::subscriptions);
  add_type(out, "wirebird_resident_memory_bytes", "gauge");
  out += "wirebird_resident_memory_bytes " + std::to_string(from.memory_bytes) + "\n";
  add_type(out, "wirebird_cpu_percent", "gauge");
  out += "wirebird_cpu_percent " + go_number(from.cpu_percent) + "\n";
  add_type(out, "wirebird_uptime_seconds", "gauge");
  out += "wirebird_uptime_seconds " +
         go_number(static_cast<double>(from.now_ns - from.start_ns()) / 1e9) + "\n";
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(out)};
}

}  // namespace

page_plan plan_metrics(const query&) {
  return {{}, render_metrics};
}

}  // namespace wirebird::control
