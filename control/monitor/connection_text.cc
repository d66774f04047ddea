#include "control/monitor/connection_text.hh"

#include "control/monitor/go_text.hh"

#include <algorithm>
#include <array>
#include <string>

#include <arpa/inet.h>

namespace wirebird::control {

namespace {

std::string address_text(const std::array<std::uint8_t, 16>& octets) {
  constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const bool is_v4 = std::equal(v4_prefix.begin(), v4_prefix.end(), octets.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* const from = is_v4 ? octets.data() + v4_prefix.size() : octets.data();
  inet_ntop(is_v4 ? AF_INET : AF_INET6, from, text.data(), text.size());
  return text.data();
}

/// What nats-server does not tell: times in microseconds.
void add_path(json_text& out, const protocol::plane::path_record& path) {
  constexpr std::uint64_t ns_per_us = 1000;
  out.begin_object("wirebird");
  out.begin_object("tcp");
  out.add("rtt_us", path.round_trip_ns / ns_per_us);
  out.add("rttvar_us", path.variation_ns / ns_per_us);
  out.add("rto_us", path.timeout_ns / ns_per_us);
  out.add("cwnd_bytes", path.congestion_window);
  out.add("peer_window_bytes", path.peer_window);
  out.add("in_flight_bytes", path.in_flight);
  out.add("retransmits", path.retransmitted);
  out.add("mss", path.segment_bytes);
  out.end_object();
  out.end_object();
}

}  // namespace

void add_connection(json_text& out, const snapshot& from,
                    const protocol::plane::connection_row& one, bool with_auth,
                    subscription_detail detail) {
  const bool is_closed = one.stop_ns != 0;
  const std::int64_t until_ns = is_closed ? one.stop_ns : from.monotonic_now_ns;
  out.begin_object();
  out.add("cid", one.cid);
  out.add("kind", "Client");
  out.add("type", "nats");
  out.add("ip", address_text(one.address));
  out.add("port", one.port);
  out.add("start", go_time(from.wall_ns(one.start_ns)));
  out.add("last_activity", go_time(from.wall_ns(one.last_activity_ns)));
  if (is_closed) {
    out.add("stop", go_time(from.wall_ns(one.stop_ns)));
    out.add("reason", one.reason.view());
  }
  out.add("rtt", round_trip(one.rtt_ns));
  out.add("uptime", uptime(until_ns - one.start_ns));
  out.add("idle", uptime(until_ns - one.last_activity_ns));
  out.add("pending_bytes", one.pending_bytes);
  out.add("in_msgs", one.in_msgs);
  out.add("out_msgs", one.out_msgs);
  out.add("in_bytes", one.in_bytes);
  out.add("out_bytes", one.out_bytes);
  out.add("subscriptions", one.subscriptions);
  out.add_unless_empty("name", one.name.view());
  out.add_unless_empty("lang", one.lang.view());
  out.add_unless_empty("version", one.version.view());
  if (with_auth) {
    out.add_unless_empty("authorized_user", one.user.view());
    out.add_unless_empty("account", one.account.view());
  }
  if (!is_closed) add_subscriptions(out, from.listed_of(one.cid), detail);
  if (!is_closed && one.path.segment_bytes != 0) add_path(out, one.path);
  out.end_object();
}

}  // namespace wirebird::control
