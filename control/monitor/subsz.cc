#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"
#include "control/monitor/sublist_text.hh"
#include "control/monitor/subscription_text.hh"
#include "protocol/subject.hh"

#include <algorithm>
#include <string>
#include <vector>

namespace wirebird::control {

namespace {

constexpr std::int64_t limit_default = 1024;

struct subsz_options {
  bool lists = false;
  std::int64_t offset = 0;
  std::int64_t limit = limit_default;
  std::string test;  ///< only those that a message to this subject would reach
  std::string account;
};

/// Those of the page.
std::vector<const listed_subscription*> select(const snapshot& from, const subsz_options& options) {
  std::vector<const listed_subscription*> chosen;
  std::int64_t skipped = 0;
  for (const listed_subscription& one : from.listed) {
    if (!options.test.empty() && !protocol::matches(one.subject, options.test)) continue;
    if (skipped++ < options.offset) continue;
    if (static_cast<std::int64_t>(chosen.size()) == options.limit) break;
    chosen.push_back(&one);
  }
  return chosen;
}

/// returns: 0 of nothing.
double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

page render_subsz(const snapshot& from, const subsz_options& options) {
  if (!options.test.empty() && !protocol::is_literal(options.test))
    throw bad_query("invalid test subject, must be valid publish subject: " + options.test);
  const bool is_ours = options.account.empty() || options.account == global_account;
  std::vector<const listed_subscription*> chosen;
  if (options.lists && is_ours) chosen = select(from, options);
  json_text out;
  out.begin_object();
  if (!chosen.empty()) {
    out.add("server_id", from.server.server_id);
    out.add("now", go_time(from.now_ns));
  }
  if (is_ours)
    add_sublist_stats(out, from);
  else
    add_no_sublist_stats(out);
  if (!chosen.empty()) {
    out.add("total", chosen.size());
    out.add("offset", options.offset);
    out.add("limit", options.limit);
    out.begin_array("subscriptions_list");
    for (const listed_subscription* const one : chosen) add_subscription(out, *one, global_account);
    out.end_array();
  }
  out.end_object();
  return {.body = std::move(out).take()};
}

}  // namespace

void add_sublist_stats(json_text& out, const snapshot& from) {
  const std::uint64_t hits = from.counter("broker.match_cache_hits");
  const std::uint64_t matches = hits + from.counter("broker.match_cache_misses");
  out.add("num_subscriptions", from.subscriptions());
  std::uint64_t results = 0;
  std::uint64_t fan_out = 0;
  std::uint64_t widest = 0;
  for (const auto& worker : from.workers) {
    results += worker.cache_results;
    fan_out += worker.cache_fan_out;
    widest = std::max(widest, worker.cache_fan_out_max);
  }
  out.add("num_cache", results);
  out.add("num_inserts", from.counter("broker.subscriptions_added"));
  out.add("num_removes", from.counter("broker.subscriptions_removed"));
  out.add("num_matches", matches);
  out.add("cache_hit_rate", ratio(hits, matches));
  out.add("max_fanout", widest);
  out.add("avg_fanout", ratio(fan_out, results));
}

void add_no_sublist_stats(json_text& out) {
  for (const char* none : {"num_subscriptions", "num_cache", "num_inserts", "num_removes",
                           "num_matches", "cache_hit_rate", "max_fanout", "avg_fanout"})
    out.add(none, 0);
}

page_plan plan_subsz(const query& asked) {
  subsz_options options;
  options.lists = asked.boolean("subs");
  options.offset = std::max<std::int64_t>(asked.integer("offset"), 0);
  options.limit = asked.integer("limit");
  if (options.limit <= 0) options.limit = limit_default;
  options.test = asked.text("test");
  options.account = asked.text("acc");
  const rows_wanted wanted{.subscriptions = options.lists, .cache = true};
  return {wanted, [options = std::move(options)](const snapshot& from) {
            return render_subsz(from, options);
          }};
}

}  // namespace wirebird::control
