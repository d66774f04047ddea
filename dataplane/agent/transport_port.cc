#include "dataplane/agent/transport.hh"
#include "dataplane/port/port.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/limits.hh"

#include <utility>

namespace wirebird::agent {

std::string transport::open_port(const config::options& options, const endpoint& local,
                                 worker::worker& worker) {
  const interface_address& ours = *options.interface;
  if (local.address != ip_address{} && local.address != ours.address)
    return "cannot listen on " + options.host + ": the port's address is " +
           to_string(ours.address);
  const net::link_options link{.address = ours, .gateway = options.gateway};
  if (const char* fault = net::fault_of(link)) return fault;

  auto spec = port::parse_nic_spec(options.nic);
  if (!spec.value) return spec.error;
  port::port_options wanted;
  wanted.nic = *spec.value;
  wanted.no_huge = options.no_huge;
  wanted.frames_per_queue = worker::frames_per_queue;
  wanted.debug_log = options.debug;
  auto opened = port::port::open(wanted);
  if (!opened.value) return opened.error;
  port::port& nic = *opened.value;
  notice_ = nic.memory_notice();
  nic_ = std::move(opened.value);

  auto& path = worker.port.emplace(link, tcp::options{}, nic.queue(0), worker.memory, worker.timers,
                                   worker.choices, worker.secret);
  constexpr std::uint16_t default_port = 4222;
  const endpoint listening{ours.address, local.port == 0 ? default_port : local.port};
  if (!path.tcp.listen(listening, worker.broker))
    return "Error listening on port: " + to_string(listening);
  port_ = listening.port;
  listens_on_ = to_string(listening);
  path.link.announce(worker::read_clock());
  return "";
}

}  // namespace wirebird::agent
