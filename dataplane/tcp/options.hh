#pragma once

#include "dataplane/base/time.hh"

#include <chrono>
#include <cstdint>

namespace wirebird::tcp {

/// What an operator or a test may choose; fixed for the life of a stack.
struct options {
  /// In-order bytes that a session may leave unread before the peer's window is closed.
  std::uint32_t receive_buffer_bytes = 256 * 1024;

  duration rto_initial = std::chrono::seconds(1);  ///< RFC 6298 2.1
  duration rto_min = std::chrono::milliseconds(200);
  duration rto_max = std::chrono::seconds(60);  ///< RFC 6298 2.5: at least 60 s
  /// A peer that answers nothing for this long is given up (R2 of RFC 1122 4.2.3.5: at least
  /// 100 s). Windows that stay closed are no silence as long as probes are answered.
  duration user_timeout = std::chrono::seconds(120);

  duration delayed_ack = std::chrono::milliseconds(40);  ///< RFC 1122 4.2.3.2: below 500 ms
  duration time_wait = std::chrono::seconds(60);         ///< 2 MSL with an MSL of 30 s
  /// How long a peer may keep its half open after we closed both.
  duration fin_wait_2 = std::chrono::seconds(60);

  // Keepalive (RFC 1122 4.2.3.6): 0 as `keepalive_idle` turns it off. The times of the Go runtime's
  // listeners, so a peer that is gone is found as soon as nats-server finds it.
  duration keepalive_idle = std::chrono::seconds(15);      ///< silence before the first probe
  duration keepalive_interval = std::chrono::seconds(15);  ///< between probes
  unsigned keepalive_probes = 9;  ///< unanswered ones before the peer is given up

  std::uint32_t connections_max = 64 * 1024;  ///< established and closing; SYNs beyond are dropped
  std::uint32_t half_open_max = 4096;         ///< beyond: SYN cookies (RFC 4987 3.6)
  std::uint32_t time_wait_max = 8192;         ///< beyond: the oldest is forgotten
  std::uint32_t resets_per_second = 1000;     ///< RSTs for segments that belong to no connection
};

}  // namespace wirebird::tcp
