#pragma once

#include "control/plane/events.hh"
#include "control/plane/latency.hh"
#include "control/plane/memory_view.hh"
#include "control/plane/rows_wanted.hh"
#include "protocol/plane_memory.hh"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::control {

/// What the server says about itself; see wirebird's settings_text.
struct settings {
  std::string server_id, server_name, version, wirebird, go, host, http_host, http_base_path,
      transport, control_socket, control_address;
  std::int64_t proto = 1;
  std::uint64_t port = 0, http_port = 0, workers = 1, pid = 0, start_ns = 0, start_wall_ns = 0,
                load_ns = 0;
  std::uint64_t max_connections = 0, max_subscriptions = 0, ping_interval = 0, ping_max = 0,
                max_control_line = 0, max_payload = 0, max_pending = 0, write_deadline = 0,
                auth_timeout = 0;
  bool auth_required = false;
  std::uint64_t control_port = 0;
  std::vector<std::string> connect_urls;
  std::vector<std::string> monitor_allow;
  std::vector<std::string> tags;

  /// Of text that cannot be read, what could be.
  [[nodiscard]] static settings parse(const std::string& json);
};

/// One subscription; texts are views into the snapshot's lists.
struct listed_subscription {
  std::uint64_t cid = 0;
  std::uint64_t msgs = 0;
  std::uint32_t max = 0;
  std::string_view subject, queue, sid;
};
/// Appends what a worker's list holds, up to its first entry that does not fit into it.
void parse_list(std::string_view bytes, std::vector<listed_subscription>& to);

/// Everything that pages show, copied out of the plane memory at one moment: a page can be rendered
/// from it on any thread. Duplicates (a connection that moved while it was read) are gone.
struct snapshot {
  /// Nanoseconds since 1970; those of the rows are of the monotonic clock.
  std::int64_t now_ns = 0;
  std::int64_t monotonic_now_ns = 0;
  settings server;
  std::vector<protocol::plane::worker_record> workers;
  std::vector<std::string> counter_names;
  std::vector<std::vector<std::uint64_t>> counters;  ///< per worker, in the order of the names
  std::vector<times> latency;                        ///< per worker, of messages
  std::vector<times> loops;                          ///< per worker, of iterations with work
  std::vector<times> listing;                        ///< per worker, of steps for control
  std::vector<double> busy;                          ///< per worker: share of the last second
  std::vector<protocol::plane::connection_row> connections;
  std::vector<protocol::plane::connection_row> closed;  ///< newest last
  std::vector<std::string> lists;                       ///< of subscriptions, per worker
  std::vector<listed_subscription> listed;              ///< by client and sid
  std::map<std::string, std::uint64_t> requests;        ///< pages served so far
  std::vector<plane_event> events;                      ///< if wanted, oldest first
  std::uint64_t events_total = 0;                       ///< that this control was told
  std::uint64_t events_lost = 0;                        ///< that it was not, as far as it knows
  double cpu_percent = 0;
  std::uint64_t memory_bytes = 0;

  [[nodiscard]] static snapshot take(const memory_view&, rows_wanted);
  /// That client's subscriptions, if lists were wanted.
  [[nodiscard]] std::span<const listed_subscription> listed_of(std::uint64_t cid) const noexcept;
  /// Over all workers; 0 for a name that this wirebird does not count.
  [[nodiscard]] std::uint64_t counter(std::string_view name) const noexcept;
  [[nodiscard]] std::uint64_t subscriptions() const noexcept;
  /// Clients that are connected, to that worker and to all.
  [[nodiscard]] std::uint64_t clients(std::size_t worker) const noexcept;
  [[nodiscard]] std::uint64_t clients() const noexcept;
  /// One worker's; 0 for a name that this wirebird does not count.
  [[nodiscard]] std::uint64_t counter(std::string_view name, std::size_t worker) const noexcept;
  /// From a row's time to one since 1970: the same on every page, until somebody sets the clock.
  [[nodiscard]] std::int64_t wall_ns(std::int64_t monotonic_ns) const noexcept;
  [[nodiscard]] std::int64_t start_ns() const noexcept {
    return wall_ns(static_cast<std::int64_t>(server.start_ns));
  }
  /// When the configuration that counts was read.
  [[nodiscard]] std::int64_t load_ns() const noexcept {
    return server.load_ns == 0 ? start_ns() : wall_ns(static_cast<std::int64_t>(server.load_ns));
  }

 private:
  void list_subscriptions(const memory_view&);
};

}  // namespace wirebird::control
