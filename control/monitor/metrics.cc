#include "control/monitor/drops.hh"
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

void add_drops(std::string& out, const snapshot& from) {
  const std::string name = "wirebird_drops_total";
  add_type(out, name, "counter");
  for (const drop& each : drops) {
    if (std::ranges::find(from.counter_names, each.counter) == from.counter_names.end()) continue;
    for (std::size_t i = 0; i < from.workers.size(); ++i)
      out += name + "{worker=\"" + std::to_string(i) + "\",what=\"" + std::string(each.what) +
             "\",reason=\"" + std::string(each.reason) + "\"} " +
             std::to_string(from.counter(each.counter, i)) + "\n";
  }
}

/// Bounds that a histogram here is shown by: from 1 us on, two per power of ten.
constexpr std::uint64_t bounds_ns[] = {1'000,      3'000,      10'000,      30'000,
                                       100'000,    300'000,    1'000'000,   3'000'000,
                                       10'000'000, 30'000'000, 100'000'000, 1'000'000'000};

void add_times(std::string& out, const std::string& name, const std::vector<times>& of_workers) {
  add_type(out, name, "histogram");
  for (std::size_t i = 0; i < of_workers.size(); ++i) {
    const std::string label = "{worker=\"" + std::to_string(i) + "\"";
    for (const std::uint64_t bound : bounds_ns)
      out += name + "_bucket" + label + ",le=\"" + go_number(static_cast<double>(bound) / 1e9) +
             "\"} " + std::to_string(of_workers[i].up_to(bound)) + "\n";
    const std::string total = std::to_string(of_workers[i].total());
    out += name + "_bucket" + label + ",le=\"+Inf\"} " + total + "\n";
    out += name + "_sum" + label + "} " + go_number(of_workers[i].sum() / 1e9) + "\n";
    out += name + "_count" + label + "} " + total + "\n";
  }
}

void add_load(std::string& out, const snapshot& from) {
  using protocol::plane::worker_record;
  const auto gauge = [&](const std::string& name, auto&& value_of) {
    add_type(out, name, "gauge");
    for (std::size_t i = 0; i < from.workers.size(); ++i)
      out += name + "{worker=\"" + std::to_string(i) + "\"} " + go_number(value_of(i)) + "\n";
  };
  gauge("wirebird_worker_busy_ratio",
        [&](std::size_t i) { return i < from.busy.size() ? from.busy[i] : 0.0; });
  gauge("wirebird_worker_loop_seconds_max",
        [&](std::size_t i) { return static_cast<double>(from.workers[i].loop_ns_max) / 1e9; });
  gauge("wirebird_match_cache_hit_ratio", [&](std::size_t i) {
    const auto hits = static_cast<double>(from.counter("broker.match_cache_hits", i));
    const double all = hits + static_cast<double>(from.counter("broker.match_cache_misses", i));
    return all > 0 ? hits / all : 0.0;
  });
  add_gauge(out, from, "wirebird_arena_used_bytes", &worker_record::arena_used);
  add_gauge(out, from, "wirebird_arena_limit_bytes", &worker_record::arena_limit);
  if (from.server.transport != "kernel")
    add_gauge(out, from, "wirebird_frames_free", &worker_record::frames_free);
  add_times(out, "wirebird_latency_seconds", from.latency);
  add_times(out, "wirebird_loop_seconds", from.loops);
  add_times(out, "wirebird_listing_seconds", from.listing);
  add_drops(out, from);
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
  add_type(out, "wirebird_connections", "gauge");
  for (std::size_t i = 0; i < from.workers.size(); ++i)
    add_sample(out, "wirebird_connections", i, from.clients(i));
  add_gauge(out, from, "wirebird_subscriptions", &worker_record::subscriptions);
  add_load(out, from);
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
