#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"

#include <algorithm>
#include <string_view>
#include <utility>

namespace wirebird::control {

namespace {

using protocol::plane::message_type;

constexpr std::int64_t limit_default = 100;

std::string_view name_of(message_type what) noexcept {
  switch (what) {
    case message_type::opened: return "connection_opened";
    case message_type::closed: return "connection_closed";
    case message_type::slow_consumer: return "slow_consumer";
    case message_type::configured: return "config_applied";
    default: return "resync";
  }
}

std::string_view name_of_text(message_type what) noexcept {
  return what == message_type::configured ? "changes" : "reason";
}

void add_event(json_text& out, const snapshot& from, const plane_event& one) {
  out.begin_object();
  out.add("number", one.number);
  out.add("time", go_time(from.wall_ns(one.time_ns)));
  out.add("type", name_of(one.what));
  if (one.what == message_type::resync) out.add("lost", one.lost);
  out.add_unless_zero("cid", one.client);
  out.add_unless_empty("ip", one.address);
  out.add_unless_zero("port", one.port);
  out.add_unless_empty(name_of_text(one.what), one.text);
  out.end_object();
}

/// The latest of those that were asked for, oldest first.
page render_eventz(const snapshot& from, std::uint64_t since, std::size_t limit) {
  const auto begin = std::ranges::upper_bound(from.events, since, {}, &plane_event::number);
  const auto found = static_cast<std::size_t>(from.events.end() - begin);
  json_text out;
  out.begin_object();
  out.add("server_id", from.server.server_id);
  out.add("now", go_time(from.now_ns));
  out.add("total", from.events_total);
  out.add("lost", from.events_lost);
  out.begin_array("events");
  for (auto one = begin + static_cast<std::ptrdiff_t>(found - std::min(found, limit));
       one != from.events.end(); ++one)
    add_event(out, from, *one);
  out.end_array();
  out.end_object();
  return {.body = std::move(out).take()};
}

}  // namespace

page_plan plan_eventz(const query& asked) {
  const std::uint64_t since = asked.unsigned_integer("since");
  const std::int64_t limit = asked.integer("limit");
  return {{.events = true},
          [since, most = static_cast<std::size_t>(limit > 0 ? limit : limit_default)](
              const snapshot& from) { return render_eventz(from, since, most); }};
}

}  // namespace wirebird::control
