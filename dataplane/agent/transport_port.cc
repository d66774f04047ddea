#include "dataplane/agent/transport.hh"
#include "dataplane/port/port.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/limits.hh"

#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

namespace wirebird::agent {

namespace {

/// Whether one of the kernel's interfaces answers for this address.
bool kernel_has(const ip_address& wanted) {
  ifaddrs* all = nullptr;
  if (!wanted.is_v4() || getifaddrs(&all) != 0) return false;
  bool found = false;
  for (const ifaddrs* one = all; one != nullptr && !found; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in address;
    std::memcpy(&address, one->ifa_addr, sizeof(address));
    found = ntohl(address.sin_addr.s_addr) == wanted.v4();
  }
  freeifaddrs(all);
  return found;
}

}  // namespace

std::string transport::open_port(const config::options& options, const endpoint& local,
                                 worker::worker& worker) {
  const interface_address& ours = *options.interface;
  if (local.address != ip_address{} && local.address != ours.address)
    return "cannot listen on " + options.host + ": the port's address is " +
           to_string(ours.address);
  if (kernel_has(ours.address))
    return "the kernel has the address " + to_string(ours.address) +
           " itself: take it from the kernel's interface (ip address del) or choose another --ip";
  const net::link_options link{.address = ours, .gateway = options.gateway};
  if (const char* fault = net::fault_of(link)) return fault;

  auto spec = port::parse_nic_spec(options.nic);
  if (!spec.value) return spec.error;
  port::port_options wanted;
  wanted.nic = *spec.value;
  wanted.no_huge = options.no_huge;
  wanted.trust_receive_checksums = options.trust_receive_checksums;
  wanted.frames_per_queue = worker::frames_per_queue;
  wanted.debug_log = options.log.debug;
  auto opened = port::port::open(wanted);
  if (!opened.value) return opened.error;
  port::port& nic = *opened.value;
  for (const std::string& notice : {nic.memory_notice(), nic.device_notice()})
    if (!notice.empty()) notices_.push_back(notice);
  device_ = nic.device_name();
  path_ = nic.device_name() + ": " + nic.path();
  nic_ = std::move(opened.value);

  auto& path = worker.port.emplace(link, tcp::options{}, nic.queue(0), worker.memory, worker.timers,
                                   worker.choices, worker.secret);
  constexpr std::uint16_t default_port = 4222;
  const endpoint listening{ours.address, local.port == 0 ? default_port : local.port};
  if (!path.tcp.listen(listening, worker.broker))
    return "Error listening on port: " + to_string(listening);
  port_ = listening.port;
  host_ = to_string(listening.address);
  listens_on_ = to_string(listening);
  path.link.announce(worker::read_clock());
  return "";
}

std::string transport::losses() const {
  if (nic_ == nullptr) return "";
  const auto& nic = *static_cast<const port::port*>(nic_.get());
  const port::device_losses lost = nic.losses();
  std::string text = "Port: missed=" + std::to_string(lost.missed) +
                     " receive_errors=" + std::to_string(lost.receive_errors) +
                     " no_frame=" + std::to_string(lost.no_frame) +
                     " send_errors=" + std::to_string(lost.send_errors);
  nic.counts(0).for_each([&text](const char* name, const counter& count) {
    text += std::string(" ") + name + "=" + std::to_string(count.value());
  });
  return text;
}

}  // namespace wirebird::agent
