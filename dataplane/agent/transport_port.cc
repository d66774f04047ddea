#include "dataplane/agent/figures.hh"
#include "dataplane/agent/identity.hh"
#include "dataplane/agent/transport.hh"
#include "dataplane/port/port.hh"
#include "dataplane/steering/steered_queue.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/limits.hh"

#include <algorithm>
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

steering::toeplitz::key new_flow_key() {
  steering::toeplitz::key key{};
  for (std::size_t i = 0; i < key.size(); i += sizeof(siphash_key)) {
    const siphash_key random = new_secret();
    std::memcpy(key.data() + i, random.data(), std::min(sizeof random, key.size() - i));
  }
  return key;
}

/// A port and what its workers share of it. With one worker that is nothing: it has the port's
/// queue as it is.
struct shared_port {
  shared_port(std::unique_ptr<port::port> opened, const steering::toeplitz::key& key,
              const endpoint& listening, std::span<worker::worker* const> all)
      : nic(std::move(opened)),
        workers(static_cast<unsigned>(all.size())),
        director(key, listening, workers, entries_of(*nic, workers)),
        frames(workers, nic->queues()) {
    for (unsigned number = 0; workers > 1 && number < workers; ++number)
      views.push_back(std::make_unique<steering::steered_queue>(number, nic->queue(number), frames,
                                                                *all[number]->between, director));
  }

  /// The card's table says which worker has a connection if there is a queue for each.
  static unsigned entries_of(const port::port& nic, unsigned workers) {
    const bool agrees = nic.spread_entries() > 0 && nic.queues() == workers;
    return agrees ? nic.spread_entries() : steering::flow_director::entries_default;
  }
  [[nodiscard]] packet_queue& queue_of(unsigned worker) {
    return views.empty() ? nic->queue(worker) : *views[worker];
  }

  std::unique_ptr<port::port> nic;
  unsigned workers;
  steering::flow_director director;
  steering::frame_mesh frames;
  std::vector<std::unique_ptr<steering::steered_queue>> views;
};

}  // namespace

std::string transport::open_port(const config::options& options, const endpoint& local,
                                 std::span<worker::worker* const> workers) {
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
  wanted.workers = static_cast<unsigned>(workers.size());
  wanted.key = new_flow_key();
  wanted.debug_log = options.log.debug;
  auto opened = port::port::open(wanted);
  if (!opened.value) return opened.error;
  const port::port& nic = *opened.value;
  for (const std::string& notice : {nic.memory_notice(), nic.device_notice()})
    if (!notice.empty()) notices_.push_back(notice);
  device_ = nic.device_name();
  path_ = nic.device_name() + ": " + nic.path();
  if (workers.size() > 1)
    path_ += ", " + std::to_string(nic.queues()) + " queues for " + std::to_string(workers.size()) +
             " workers, spread " + (nic.spread_entries() > 0 ? "by the card" : "by ourselves");

  constexpr std::uint16_t default_port = 4222;
  const endpoint listening{ours.address, local.port == 0 ? default_port : local.port};
  auto made =
      std::make_shared<shared_port>(std::move(opened.value), wanted.key, listening, workers);
  port_of_our_own_ = made;
  for (unsigned number = 0; number < workers.size(); ++number) {
    worker::worker& one = *workers[number];
    auto& queue = one.looked_into.emplace(made->queue_of(number));
    auto& path = one.port.emplace(link, tcp::options{}, queue, one.memory, one.timers, one.choices,
                                  one.secret);
    if (!path.tcp.listen(listening, one.clients()))
      return "Error listening on port: " + to_string(listening);
  }
  port_ = listening.port;
  host_ = to_string(listening.address);
  listens_on_ = to_string(listening);
  workers.front()->port->link.announce(worker::read_clock());
  return "";
}

std::string transport::losses() const {
  if (port_of_our_own_ == nullptr) return "";
  const auto& opened = *static_cast<const shared_port*>(port_of_our_own_.get());
  const port::port& nic = *opened.nic;
  const port::device_losses lost = nic.losses();
  figures all;
  all.add("missed", lost.missed);
  all.add("receive_errors", lost.receive_errors);
  all.add("no_frame", lost.no_frame);
  all.add("send_errors", lost.send_errors);
  for (unsigned number = 0; number < opened.workers; ++number)
    nic.counts(number).for_each(
        [&all](const char* name, const counter& count) { all.add(name, count.value()); });
  for (const auto& view : opened.views)
    view->counts().for_each(
        [&all](const char* name, const counter& count) { all.add(name, count.value()); });
  return all.text("Port", true);
}

}  // namespace wirebird::agent
