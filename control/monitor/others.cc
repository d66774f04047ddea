// Pages of what this server does not have: valid, and empty. And the health probe.
#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"
#include "control/monitor/subscription_text.hh"

#include <algorithm>
#include <string>

namespace wirebird::control {

namespace {

/// A worker whose heart has not beaten for so long serves nobody.
constexpr std::int64_t heartbeat_age_max_ns = 3'000'000'000;

void add_head(json_text& out, const snapshot& from) {
  out.add("server_id", from.server.server_id);
  out.add("now", go_time(from.now_ns));
}

template <typename Fill>
page_plan plan_of(Fill fill) {
  return {{}, [fill](const snapshot& from) {
            json_text out;
            out.begin_object();
            add_head(out, from);
            fill(out);
            out.end_object();
            return page{.body = std::move(out).take()};
          }};
}

void add_empty_object(json_text& out, std::string_view key) {
  out.begin_object(key);
  out.end_object();
}

page render_healthz(const snapshot& from) {
  const bool is_alive = std::ranges::all_of(from.workers, [&](const auto& worker) {
    return from.monotonic_now_ns - static_cast<std::int64_t>(worker.heartbeat_ns) <
           heartbeat_age_max_ns;
  });
  if (is_alive) return {.body = R"({"status":"ok"})"};
  return {.status = 503,
          .content_type = "text/plain; charset=utf-8",
          .body = R"({"status":"error","error":"failed to be ready for connections after 1ms: )"
                  R"(server"})"};
}

}  // namespace

page_plan plan_routez(const query& asked) {
  static_cast<void>(read_subs(asked));
  return plan_of([](json_text& out) {
    out.add("num_routes", 0);
    out.begin_array("routes");
    out.end_array();
  });
}

page_plan plan_gatewayz(const query& asked) {
  static_cast<void>(asked.boolean("accs"));
  return plan_of([](json_text& out) {
    add_empty_object(out, "outbound_gateways");
    add_empty_object(out, "inbound_gateways");
  });
}

page_plan plan_leafz(const query& asked) {
  static_cast<void>(asked.boolean("subs"));
  return plan_of([](json_text& out) {
    out.add("leafnodes", 0);
    out.add_null("leafs");
  });
}

page_plan plan_jsz(const query& asked) {
  for (const char* name : {"accounts", "streams", "consumers", "config"})
    static_cast<void>(asked.boolean(name));
  for (const char* name : {"offset", "limit"}) static_cast<void>(asked.integer(name));
  if (asked.boolean("leader-only"))
    return {{}, [](const snapshot&) -> page { throw bad_query("filtered response: not leader"); }};
  return plan_of([](json_text& out) {
    out.add("disabled", true);
    out.begin_object("config");
    out.add("max_memory", 0);
    out.add("max_storage", 0);
    out.end_object();
    for (const char* none :
         {"memory", "storage", "reserved_memory", "reserved_storage", "accounts", "ha_assets"})
      out.add(none, 0);
    out.begin_object("api");
    out.add("total", 0);
    out.add("errors", 0);
    out.end_object();
    for (const char* none : {"streams", "consumers", "messages", "bytes"}) out.add(none, 0);
  });
}

page_plan plan_ipqueuesz(const query& asked) {
  static_cast<void>(asked.boolean("all"));
  return {{}, [](const snapshot&) { return page{.body = "{}"}; }};
}

page_plan plan_healthz(const query& asked) {
  for (const char* name : {"js-enabled", "js-enabled-only", "js-server-only"})
    static_cast<void>(asked.boolean(name));
  return {{}, render_healthz, true};
}

}  // namespace wirebird::control
