#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"
#include "control/monitor/sublist_text.hh"
#include "protocol/subject.hh"

#include <string>

namespace wirebird::control {

void add_sublist_stats(json_text& out, const snapshot& from) {
  const std::uint64_t hits = from.counter("broker.match_cache_hits");
  const std::uint64_t matches = hits + from.counter("broker.match_cache_misses");
  out.add("num_subscriptions", from.subscriptions());
  out.add("num_cache", 0);
  out.add("num_inserts", from.counter("broker.subscriptions_added"));
  out.add("num_removes", from.counter("broker.subscriptions_removed"));
  out.add("num_matches", matches);
  out.add("cache_hit_rate",
          matches == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(matches));
  out.add("max_fanout", 0);
  out.add("avg_fanout", 0.0);
}

page_plan plan_subsz(const query& asked) {
  static_cast<void>(asked.boolean("subs"));
  static_cast<void>(asked.integer("offset"));
  static_cast<void>(asked.integer("limit"));
  const std::string test(asked.text("test"));
  return {{}, [test](const snapshot& from) {
            if (!test.empty() && !protocol::is_literal(test))
              throw bad_query("invalid test subject, must be valid publish subject: " + test);
            json_text out;
            out.begin_object();
            add_sublist_stats(out, from);
            out.end_object();
            return page{.body = std::move(out).take()};
          }};
}

}  // namespace wirebird::control
