#include "dataplane/agent/transport.hh"

#include "dataplane/agent/listen_address.hh"
#include "dataplane/config/host_port.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>

namespace wirebird::agent {

namespace {

/// Go's words, which tools and people look for.
std::string listen_error(const std::string& where, int error) {
  const std::string cause = error == EADDRINUSE      ? "address already in use"
                            : error == EACCES        ? "permission denied"
                            : error == EADDRNOTAVAIL ? "cannot assign requested address"
                                                     : std::strerror(error);
  return "Error listening on port: " + where + ", \"listen tcp " + where + ": bind: " + cause +
         "\"";
}

std::string where_of(const config::options& options) {
  return config::join_host_port(options.host, options.port);
}

/// For one more worker's poller. returns: errno, 0 when there is one.
int duplicate(int descriptor, int& copy) {
  copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  return copy < 0 ? errno : 0;
}

}  // namespace

std::string transport::open(const config::options& options,
                            std::span<worker::worker* const> workers) {
  const auto address = listen_address(options.host);
  if (!address) return "Error listening on port: " + where_of(options) + ", no such host";
  const endpoint local{*address, options.port};
  if (options.nic.empty()) return open_sockets(options, local, workers);
  return open_port(options, local, workers);
}

std::string transport::open_sockets(const config::options& options, const endpoint& local,
                                    std::span<worker::worker* const> workers) {
  const sockets::open_result opened = sockets::open_listener(local);
  if (opened.error != 0) return listen_error(where_of(options), opened.error);
  if (workers.size() > 1) spread_ = std::make_unique<sockets::spread>(workers.size());
  int error = spread_ != nullptr ? spread_->error() : 0;
  int descriptor = opened.descriptor;
  for (std::size_t i = 0; i < workers.size() && error == 0; ++i) {
    worker::worker& one = *workers[i];
    auto& own = one.sockets.emplace(sockets::options{}, one.memory, one.timers);
    error = own.error();
    if (error == 0 && i > 0) error = duplicate(opened.descriptor, descriptor);
    if (error == 0) error = own.adopt_listener(descriptor, one.clients());
    if (error == 0 && spread_ != nullptr) error = own.share(*spread_, i, one.clients());
  }
  if (error != 0) return std::string("cannot open the kernel transport: ") + std::strerror(error);
  port_ = opened.port;
  host_ = options.host;
  listens_on_ = config::join_host_port(options.host, port_);
  return "";
}

/// A virtual link ends on this machine and the kernel leaves TCP's checksum to a card that it has
/// not got, so nobody ever fills it in.
std::string transport::news(std::span<worker::worker* const> workers) {
  const auto saw_partial = [](const worker::worker* one) {
    return one->port && one->port->tcp.counts().checksum_partial.value() > 0;
  };
  if (device_.empty() || std::none_of(workers.begin(), workers.end(), saw_partial)) return "";
  const std::string device = std::exchange(device_, "");
  return device +
         ": a peer on this machine leaves TCP checksums to its network card and has none, "
         "so its segments are dropped: ethtool -K PEER tx off on its interface, or "
         "--trust-rx-checksum here";
}

}  // namespace wirebird::agent
