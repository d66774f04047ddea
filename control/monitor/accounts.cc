// /accountz and /accstatz.
#include "control/monitor/go_text.hh"
#include "control/monitor/json_text.hh"
#include "control/monitor/page.hh"
#include "control/monitor/sublist_text.hh"

#include <string>

namespace wirebird::control {

namespace {

void add_head(json_text& out, const snapshot& from) {
  out.add("server_id", from.server.server_id);
  out.add("now", go_time(from.now_ns));
}

void add_detail(json_text& out, const snapshot& from, const std::string& account) {
  const bool is_global = account == global_account;
  out.begin_object("account_detail");
  out.add("account_name", account);
  out.add("update_time", go_time(from.start_ns()));
  if (!is_global) out.add("is_system", true);
  out.add("expired", false);
  out.add("complete", true);
  out.add("jetstream_enabled", false);
  out.add("leafnode_connections", 0);
  out.add("client_connections", is_global ? from.clients() : 0);
  out.add("subscriptions", is_global ? from.subscriptions() : 0);
  out.begin_object("sublist_stats");
  if (is_global)
    add_sublist_stats(out, from);
  else
    add_no_sublist_stats(out);
  out.end_object();
  out.end_object();
}

page render_accountz(const snapshot& from, const std::string& account) {
  const bool is_known = account.empty() || account == global_account || account == system_account;
  if (!is_known) throw bad_query("Account " + account + " does not exist");
  json_text out;
  out.begin_object();
  add_head(out, from);
  out.add("system_account", system_account);
  if (account.empty()) {
    out.begin_array("accounts");
    out.element(global_account);
    out.element(system_account);
    out.end_array();
  } else {
    add_detail(out, from, account);
  }
  out.end_object();
  return {.body = std::move(out).take()};
}

struct account_traffic {
  std::uint64_t connections = 0;
  std::uint64_t sent_msgs = 0, sent_bytes = 0, received_msgs = 0, received_bytes = 0;
  std::uint64_t slow_consumers = 0;
};

void add_account(json_text& out, std::string_view name, const account_traffic& traffic) {
  out.begin_object();
  out.add("acc", name);
  out.add("conns", traffic.connections);
  out.add("leafnodes", 0);
  out.add("total_conns", traffic.connections);
  out.begin_object("sent");
  out.add("msgs", traffic.sent_msgs);
  out.add("bytes", traffic.sent_bytes);
  out.end_object();
  out.begin_object("received");
  out.add("msgs", traffic.received_msgs);
  out.add("bytes", traffic.received_bytes);
  out.end_object();
  out.add("slow_consumers", traffic.slow_consumers);
  out.end_object();
}

page render_accstatz(const snapshot& from, bool with_unused) {
  const account_traffic global{
      .connections = from.clients(),
      .sent_msgs = from.counter("broker.out_msgs"),
      .sent_bytes = from.counter("broker.out_bytes"),
      .received_msgs = from.counter("broker.in_msgs"),
      .received_bytes = from.counter("broker.in_bytes"),
      .slow_consumers =
          from.counter("broker.slow_consumers") + from.counter("broker.slow_without_memory"),
  };
  json_text out;
  out.begin_object();
  add_head(out, from);
  out.begin_array("account_statz");
  if (with_unused || global.connections > 0) add_account(out, global_account, global);
  if (with_unused) add_account(out, system_account, {});
  out.end_array();
  out.end_object();
  return {.body = std::move(out).take()};
}

}  // namespace

page_plan plan_accountz(const query& asked) {
  const std::string account(asked.text("acc"));
  return {{.cache = account == global_account},
          [account](const snapshot& from) { return render_accountz(from, account); }};
}

page_plan plan_accstatz(const query& asked) {
  return {{}, [with_unused = asked.boolean("unused")](const snapshot& from) {
            return render_accstatz(from, with_unused);
          }};
}

}  // namespace wirebird::control
