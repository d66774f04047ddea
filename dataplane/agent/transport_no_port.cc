#include "dataplane/agent/transport.hh"

namespace wirebird::agent {

std::string transport::open_port(const config::options&, const endpoint&,
                                 std::span<worker::worker* const>) {
  return "--nic: this build has no DPDK; leave --nic out to use kernel sockets";
}

std::string transport::losses() const {
  return "";
}

}  // namespace wirebird::agent
