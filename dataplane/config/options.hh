#pragma once

#include "dataplane/base/address.hh"

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

/// Everything the operator decides, resolved: flags over defaults. Written once at start, then read
/// by all threads.
struct options {
  std::string host = "0.0.0.0";  ///< client listen address, as written
  std::uint16_t port = 4222;     ///< 0: any free one
  std::string server_name;       ///< empty: the server id
  bool debug = false;            ///< debug lines in the log

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
