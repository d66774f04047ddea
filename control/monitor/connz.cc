#include "control/monitor/connection_text.hh"
#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <tbb/parallel_sort.h>

namespace wirebird::control {

namespace {

using row = protocol::plane::connection_row;
/// Of a snapshot: rows are long, and there may be many.
using rows = std::vector<const row*>;

constexpr std::int64_t limit_default = 1024;

enum class connection_state { open, closed, all };

struct connz_options {
  std::string sort;
  bool with_auth = false;
  subscription_detail subscriptions = subscription_detail::none;
  std::int64_t offset = 0;
  std::int64_t limit = limit_default;
  std::uint64_t cid = 0;
  connection_state state = connection_state::open;
  std::string user;
  std::string account;
  std::string mqtt_client;
};

connection_state parse_state(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  if (word.empty() || word == "open") return connection_state::open;
  if (word == "closed") return connection_state::closed;
  if (word == "any" || word == "all") return connection_state::all;
  throw bad_query("Error decoding state for " + std::string(text));
}

connz_options read_options(const query& asked) {
  connz_options made;
  made.sort = asked.text("sort");
  made.with_auth = asked.boolean("auth");
  made.subscriptions = read_subs(asked);
  made.offset = std::max<std::int64_t>(asked.integer("offset"), 0);
  made.limit = asked.integer("limit");
  if (made.limit <= 0) made.limit = limit_default;
  made.cid = asked.unsigned_integer("cid");
  if (made.cid != 0) made.limit = 1;
  made.state = parse_state(asked.text("state"));
  made.user = asked.text("user");
  made.account = asked.text("acc");
  made.mqtt_client = asked.text("mqtt_client");
  return made;
}

/// How a sort option compares, as a number to sort by; descending ones are negated.
using sort_key = std::int64_t (*)(const row&);
constexpr std::int64_t descending(std::uint64_t value) noexcept {
  return -static_cast<std::int64_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}
constexpr std::pair<std::string_view, sort_key> sort_keys[] = {
    {"", [](const row& one) { return static_cast<std::int64_t>(one.cid); }},
    {"cid", [](const row& one) { return static_cast<std::int64_t>(one.cid); }},
    {"start", [](const row& one) { return static_cast<std::int64_t>(one.cid); }},
    {"subs", [](const row& one) { return descending(one.subscriptions); }},
    {"pending", [](const row& one) { return descending(one.pending_bytes); }},
    {"msgs_to", [](const row& one) { return descending(one.out_msgs); }},
    {"msgs_from", [](const row& one) { return descending(one.in_msgs); }},
    {"bytes_to", [](const row& one) { return descending(one.out_bytes); }},
    {"bytes_from", [](const row& one) { return descending(one.in_bytes); }},
    {"last", [](const row& one) { return -one.last_activity_ns; }},
    {"idle", [](const row& one) { return one.start_ns - one.last_activity_ns; }},
    // The one that started last has the shortest; a former one's ends with it.
    {"uptime",
     [](const row& one) { return one.stop_ns != 0 ? one.stop_ns - one.start_ns : -one.start_ns; }},
    {"stop", [](const row& one) { return -one.stop_ns; }},
    {"reason", nullptr},  // by text
};

void check_sort(const connz_options& options) {
  if (std::ranges::find(sort_keys, options.sort, [](const auto& one) { return one.first; }) ==
      std::end(sort_keys))
    throw bad_query("invalid sorting option: " + options.sort);
  const bool for_closed = options.sort == "stop" || options.sort == "reason";
  if (for_closed && options.state != connection_state::closed)
    throw bad_query("sort by " + options.sort + " only valid on closed connections");
}

void sort_rows(rows& all, const std::string& option) {
  if (option == "reason") {
    tbb::parallel_sort(all.begin(), all.end(), [](const row* left, const row* right) {
      return std::pair(left->reason.view(), left->cid) <
             std::pair(right->reason.view(), right->cid);
    });
    return;
  }
  const sort_key key =
      std::ranges::find(sort_keys, option, [](const auto& one) { return one.first; })->second;
  tbb::parallel_sort(all.begin(), all.end(), [key](const row* left, const row* right) {
    return std::pair(key(*left), left->cid) < std::pair(key(*right), right->cid);
  });
}

[[nodiscard]] bool is_wanted(const row& one, const connz_options& options) {
  if (options.cid != 0) return one.cid == options.cid;
  if (!options.user.empty() && one.user.view() != options.user) return false;
  return options.mqtt_client.empty();  // nobody here has one
}

struct selection {
  rows chosen;
  std::size_t total = 0;  ///< of the account in that state, whatever else was asked for
};

/// Nobody is in the system account; but who is asked for by id is found whatever the account.
selection select(const snapshot& from, const connz_options& options) {
  selection made;
  const bool is_empty = options.account == system_account;
  const auto look = [&](const std::vector<row>& all, bool takes) {
    if (!is_empty) made.total += all.size();
    if (!takes || (is_empty && options.cid == 0)) return;
    for (const row& one : all)
      if (is_wanted(one, options)) made.chosen.push_back(&one);
  };
  // One connection by its id, in any state, is looked for among the former ones only.
  const bool former_only = options.cid != 0 && options.state == connection_state::all;
  if (options.state != connection_state::closed) look(from.connections, !former_only);
  if (options.state != connection_state::open) look(from.closed, true);
  return made;
}

/// What is answered when there is no account of that name.
page no_account(const snapshot& from, const connz_options& options) {
  json_text out;
  out.begin_object();
  out.add("server_id", "");
  out.add("now", go_time(from.now_ns));
  out.add("num_connections", 0);
  out.add("total", 0);
  out.add("offset", options.offset);
  out.add("limit", options.limit);
  out.add_null("connections");
  out.end_object();
  return {.body = std::move(out).take()};
}

page render_connz(const snapshot& from, const connz_options& options) {
  check_sort(options);
  const bool is_known = options.account.empty() || options.account == global_account ||
                        options.account == system_account;
  if (!is_known) return no_account(from, options);
  auto [chosen, total] = select(from, options);
  sort_rows(chosen, options.sort);
  const std::size_t begin = std::min(static_cast<std::size_t>(options.offset), chosen.size());
  const std::size_t count =
      std::min(static_cast<std::size_t>(options.limit), chosen.size() - begin);

  json_text out;
  out.begin_object();
  out.add("server_id", from.server.server_id);
  out.add("now", go_time(from.now_ns));
  out.add("num_connections", count);
  out.add("total", total);
  out.add("offset", options.offset);
  out.add("limit", options.limit);
  out.begin_array("connections");
  for (std::size_t i = begin; i < begin + count; ++i)
    add_connection(out, from, *chosen[i], options.with_auth, options.subscriptions);
  out.end_array();
  out.end_object();
  return {.body = std::move(out).take()};
}

}  // namespace

page_plan plan_connz(const query& asked) {
  connz_options options = read_options(asked);
  const bool open = options.state != connection_state::closed;
  const rows_wanted wanted{.open = open,
                           .paths = open,
                           .closed = options.state != connection_state::open,
                           .subscriptions = options.subscriptions != subscription_detail::none};
  return {wanted, [options = std::move(options)](const snapshot& from) {
            return render_connz(from, options);
          }};
}

}  // namespace wirebird::control
