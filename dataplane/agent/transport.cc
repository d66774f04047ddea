#include "dataplane/agent/transport.hh"

#include "dataplane/agent/listen_address.hh"

#include <cerrno>
#include <cstring>
#include <utility>

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
  return options.host + ":" + std::to_string(options.port);
}

}  // namespace

std::string transport::open(const config::options& options, worker::worker& worker) {
  const auto address = listen_address(options.host);
  if (!address) return "Error listening on port: " + where_of(options) + ", no such host";
  const endpoint local{*address, options.port};
  return options.nic.empty() ? open_sockets(options, local, worker)
                             : open_port(options, local, worker);
}

std::string transport::open_sockets(const config::options& options, const endpoint& local,
                                    worker::worker& worker) {
  auto& sockets = worker.sockets.emplace(sockets::options{}, worker.memory, worker.timers);
  if (sockets.error() != 0)
    return std::string("cannot open the kernel transport: ") + std::strerror(sockets.error());
  const auto listening = sockets.listen(local, worker.broker);
  if (listening.error != 0) return listen_error(where_of(options), listening.error);
  port_ = listening.port;
  host_ = options.host;
  listens_on_ = options.host + ":" + std::to_string(port_);
  return "";
}

/// A virtual link ends on this machine and the kernel leaves TCP's checksum to a card that it has
/// not got, so nobody ever fills it in.
std::string transport::news(const worker::worker& worker) {
  if (device_.empty() || !worker.port || worker.port->tcp.counts().checksum_partial.value() == 0)
    return "";
  const std::string device = std::exchange(device_, "");
  return device +
         ": a peer on this machine leaves TCP checksums to its network card and has none, "
         "so its segments are dropped: ethtool -K PEER tx off on its interface, or "
         "--trust-rx-checksum here";
}

}  // namespace wirebird::agent
