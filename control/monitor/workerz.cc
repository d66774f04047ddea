#include "control/monitor/drops.hh"
#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"
#include "control/monitor/times_text.hh"

#include <string>

namespace wirebird::control {

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

void add_drops(json_text& out, const snapshot& from, std::size_t worker) {
  out.begin_object("drops");
  for (const drop& each : drops)
    out.add_unless_zero(std::string(each.what) + "." + std::string(each.reason),
                        from.counter(each.counter, worker));
  out.end_object();
}

void add_memory(json_text& out, const snapshot& from, std::size_t worker) {
  const auto& record = from.workers[worker];
  out.begin_object("arena");
  out.add("used_bytes", record.arena_used);
  out.add("limit_bytes", record.arena_limit);
  out.end_object();
  if (from.server.transport != "kernel") out.add("frames_free", record.frames_free);
}

void add_worker(json_text& out, const snapshot& from, std::size_t worker, bool with_buckets) {
  const auto& record = from.workers[worker];
  const auto count = [&](std::string_view name) { return from.counter(name, worker); };
  out.begin_object();
  out.add("id", worker);
  out.add("heartbeat_age_ms",
          (from.monotonic_now_ns - static_cast<std::int64_t>(record.heartbeat_ns)) / ns_per_ms);
  out.add("busy", worker < from.busy.size() ? from.busy[worker] : 0.0);
  out.add("busy_ns", record.busy_ns);
  out.add("connections", from.clients(worker));
  out.add("subscriptions", record.subscriptions);
  for (const char* name : {"in_msgs", "out_msgs", "in_bytes", "out_bytes"})
    out.add(name, count("broker." + std::string(name)));
  add_times(out, "latency", from.latency[worker], with_buckets);
  add_times(out, "loop", from.loops[worker], with_buckets);
  out.add("loop_max_ns", record.loop_ns_max);
  add_times(out, "listing", from.listing[worker], with_buckets);
  out.add("listing_ns", record.listing_ns);
  out.add("listing_max_ns", record.listing_ns_max);
  out.begin_object("match_cache");
  out.add("hits", count("broker.match_cache_hits"));
  out.add("misses", count("broker.match_cache_misses"));
  out.end_object();
  add_memory(out, from, worker);
  out.begin_object("crossings");
  out.add("sent", count("broker.crossings_sent"));
  out.add("received", count("broker.crossings_received"));
  out.end_object();
  out.add("tcp_retransmitted", count("tcp.retransmitted"));
  add_drops(out, from, worker);
  out.end_object();
}

page render_workerz(const snapshot& from, bool with_buckets) {
  json_text out;
  out.begin_object();
  out.add("server_id", from.server.server_id);
  out.add("now", go_time(from.now_ns));
  out.add("transport", from.server.transport);
  out.add("uptime", uptime(from.now_ns - from.start_ns()));
  out.begin_array("workers");
  for (std::size_t i = 0; i < from.workers.size(); ++i) add_worker(out, from, i, with_buckets);
  out.end_array();
  out.end_object();
  return {.body = std::move(out).take()};
}

}  // namespace

page_plan plan_workerz(const query& asked) {
  return {{}, [with_buckets = asked.boolean("buckets")](const snapshot& from) {
            return render_workerz(from, with_buckets);
          }};
}

}  // namespace wirebird::control
