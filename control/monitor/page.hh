#pragma once

#include "control/monitor/query.hh"
#include "control/plane/snapshot.hh"

#include <functional>
#include <string>
#include <string_view>

namespace wirebird::control {

/// What is answered to one request, before HTTP puts its frame around it.
struct page {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body{};
  std::string location{};    ///< of a redirection
  bool no_sniff = false;     ///< browsers are not to guess the type
  bool is_document = false;  ///< HTML of ours, whose parts come from this server only
};

/// A page whose parameters have been read: what it needs, and how it is made of that. `render` runs
/// on any thread and may throw bad_query.
struct page_plan {
  rows_wanted rows;
  std::function<page(const snapshot&)> render;
  bool is_short = false;  ///< made at once: it does not wait for pages that take long
};

// One function per page: reads its parameters (throws bad_query) and says how it is made. Keys,
// their order and what is left out are those of nats-server 2.9.10.
[[nodiscard]] page_plan plan_varz(const query&);
[[nodiscard]] page_plan plan_connz(const query&);
[[nodiscard]] page_plan plan_routez(const query&);
[[nodiscard]] page_plan plan_subsz(const query&);
[[nodiscard]] page_plan plan_accountz(const query&);
[[nodiscard]] page_plan plan_accstatz(const query&);
[[nodiscard]] page_plan plan_gatewayz(const query&);
[[nodiscard]] page_plan plan_leafz(const query&);
[[nodiscard]] page_plan plan_jsz(const query&);
[[nodiscard]] page_plan plan_ipqueuesz(const query&);
[[nodiscard]] page_plan plan_healthz(const query&);
[[nodiscard]] page_plan plan_metrics(const query&);
[[nodiscard]] page_plan plan_workerz(const query&);
[[nodiscard]] page_plan plan_eventz(const query&);
[[nodiscard]] page_plan plan_root(const query&);
[[nodiscard]] page_plan plan_live_css(const query&);
[[nodiscard]] page_plan plan_live_js(const query&);

/// Only what nats-server has under this name: nothing, for what we do not have.
inline constexpr std::string_view global_account = "$G";
inline constexpr std::string_view system_account = "$SYS";

}  // namespace wirebird::control
