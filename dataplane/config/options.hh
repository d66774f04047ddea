#pragma once

#include "dataplane/auth/rules.hh"
#include "dataplane/base/address.hh"
#include "dataplane/base/time.hh"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wirebird::config {

/// What a worker does when there is nothing to do.
enum class idle_strategy : std::uint8_t {
  spin,      ///< polls on: lowest latency, a whole core
  adaptive,  ///< spins a while, then sleeps until traffic, a deadline or a bound: for shared cores
};

/// What clients meet; nats-server's defaults. Zero and negative numbers are resolved: what has no
/// limit is at its type's greatest value.
struct client_limits {
  std::uint32_t max_connections = 64 * 1024;
  std::uint32_t max_subscriptions = UINT32_MAX;  ///< of one client
  std::uint32_t max_control_line = 4096;         ///< bytes
  std::uint32_t max_payload = 1024 * 1024;       ///< bytes
  std::uint64_t max_pending = 64 * 1024 * 1024;  ///< bytes
  std::uint32_t max_sub_tokens = 0;              ///< 0: any number
  duration ping_interval = std::chrono::minutes(2);
  std::uint32_t ping_max = 2;
  duration write_deadline = std::chrono::seconds(10);
  bool headers = true;
};

struct logging {
  bool debug = false;
  bool trace = false;          ///< every operation of every client
  bool trace_verbose = false;  ///< likewise; that of the system account too, which we lack
  bool times = true;
  std::string file;                    ///< empty: stderr
  std::uint64_t size_limit = 0;        ///< bytes of the file; beyond, a new one begins. 0: none
  bool syslog = false;                 ///< to the local one, instead of to file or stderr
  std::string remote_syslog;           ///< where else: `udp://`, `tcp://` or `unix://`; empty: none
  std::uint32_t traced_bytes_max = 0;  ///< of a payload in the trace; 0: all
};

struct monitoring {
  std::string host;                        ///< empty: the client listener's
  std::optional<std::uint16_t> http_port;  ///< 0: any free one; nothing: no monitoring
  std::optional<std::uint16_t> https_port;
  std::string base_path = "/";
};

/// wirebird-control and who may ask it what.
struct control_plane {
  bool external = false;           ///< somebody else starts it; it comes to `link`
  std::string link;                ///< path of the socket for that
  std::string socket;              ///< path of the operators' HTTP socket; empty: none
  std::optional<endpoint> listen;  ///< HTTP of control's own; none: only on the monitoring port
  std::string capture_dir;         ///< folder for captured frames; empty: no captures
  std::vector<std::string> allow;  ///< networks, ADDRESS/LENGTH, that get pages; empty: all
};

struct lame_duck {
  duration length = std::chrono::minutes(2);
  duration grace = std::chrono::seconds(10);
};

/// Everything the operator decides, resolved: flags over file over defaults. Immutable once made,
/// then read by all threads.
struct options {
  std::uint64_t generation = 1;     ///< counts the snapshots of this process
  std::string config_file;          ///< empty: none
  bool ignore_unsupported = false;  ///< start although options ask for what we lack
  std::vector<std::string> notes;   ///< what the log warns of at the start

  std::string host = "0.0.0.0";  ///< client listen address, as written
  std::uint16_t port = 4222;     ///< 0: any free one
  std::string server_name;       ///< empty: the server id
  std::string client_advertise;  ///< host[:port] that INFO shows; empty: host and port
  bool proxy_protocol = false;   ///< clients come through load balancers that say who they are
  std::vector<std::string> server_tags;
  std::string pid_file;
  std::string ports_file_dir;

  client_limits limits;
  auth::rules authorization;
  logging log;
  monitoring monitor;
  control_plane control;
  lame_duck leave;

  std::string nic;  ///< port to own, e.g. `tap:wirebird0`; empty: kernel sockets
  std::optional<interface_address> interface;  ///< our address on that port
  std::optional<ip_address> gateway;           ///< in the prefix of `interface`; none: no routing
  bool trust_receive_checksums = false;        ///< take TCP's and IP's for good without looking
  bool no_huge = false;                        ///< do without huge pages
  std::optional<unsigned> workers = 1;         ///< worker threads; absent: one for each core to own
  std::vector<unsigned> cores;                 ///< CPUs of the workers, one each; empty: as planned
  bool pin_workers = false;    ///< the operator said something about workers or cores
  bool show_topology = false;  ///< print the plan of workers and end
  idle_strategy idle = idle_strategy::adaptive;
};

}  // namespace wirebird::config
