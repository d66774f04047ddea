#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/packet_queue.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/siphash.hh"
#include "dataplane/base/time.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/broker.hh"
#include "dataplane/crossing/mesh.hh"
#include "dataplane/net/link.hh"
#include "dataplane/proxy/entrance.hh"
#include "dataplane/sockets/transport.hh"
#include "dataplane/tcp/stack.hh"
#include "dataplane/worker/capture.hh"
#include "dataplane/worker/load_meter.hh"
#include "dataplane/worker/monitoring.hh"
#include "dataplane/worker/plane_port.hh"
#include "protocol/server_info.hh"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wirebird::worker {

/// What makes one worker different from another, and what it takes from outside: randomness and the
/// start of its time line.
struct worker_options {
  std::size_t arena_bytes;  ///< limit of send queues and payloads; see limits.hh
  siphash_key secret;       ///< for everything a peer must not predict
  std::uint64_t seed;       ///< for choices
  instant start;
  crossing::mesh* between = nullptr;  ///< lanes to the other workers; null: there are none
  unsigned number = 0;                ///< this worker's among them
  bool expects_balancers = false;     ///< clients' connections begin with a PROXY header
};

/// Our own TCP/IP over one queue of a port.
struct port_path {
  port_path(const net::link_options&, const tcp::options&, packet_queue&, arena&, timer_wheel&,
            random&, const siphash_key& secret);

  packet_queue& queue;
  net::link link;
  tcp::stack tcp;
  counter frames_in;
};

/// What the proxy room says to the log.
struct refusal_events final : proxy::refusal_sink {
  explicit refusal_events(broker::event_sink& log) noexcept : events(log) {}
  void on_refused(const endpoint& remote, std::string_view why) noexcept override {
    events.on_client_error({0, remote, {}, {}, {}}, why);
  }
  broker::event_sink& events;
};

/// Everything that one core owns, by value, and no logic: poll_loop.hh moves packets through it.
/// Made on the main thread, then touched by its own thread only. Members end in reverse order:
/// sessions before transports, transports before the memory they hold.
struct worker {
  /// `identity`, `rules`, `ids` and `events` outlive the worker.
  worker(const worker_options&, const broker::options& rules, const protocol::server_info& identity,
         broker::id_source& ids, broker::event_sink& events);

  /// Whose connections a listener for clients gets.
  [[nodiscard]] stream::acceptor& clients() noexcept;

  /// The way to the other workers of the process; null: there are none. Outlives the worker.
  crossing::mesh* between;
  unsigned number;
  arena memory;
  timer_wheel timers;
  random choices;
  siphash_key secret;
  ::wirebird::broker::broker broker;
  refusal_events refusals;
  std::optional<proxy::entrance> balanced;    ///< in front of the broker: clients' load balancers
  std::optional<capture_queue> looked_into;   ///< between the port and its queue
  std::optional<port_path> port;              ///< with --nic
  std::optional<sockets::transport> sockets;  ///< without
  load_meter load;                            ///< by whoever reads the clock
  std::optional<plane_port> plane;            ///< once there is a plane memory
  std::optional<monitoring> http;             ///< with a monitoring port
};

}  // namespace wirebird::worker
