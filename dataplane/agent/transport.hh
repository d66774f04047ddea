#pragma once

#include "dataplane/config/options.hh"
#include "dataplane/worker/worker.hh"

#include <cstdint>
#include <memory>
#include <string>

namespace wirebird::agent {

/// Where a server's clients come from: a port of our own, or the kernel's sockets. On the main
/// thread, before the worker runs; outlives the worker.
class transport {
 public:
  /// Opens what `options` ask for, gives it to the worker and listens for clients.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string open(const config::options& options, worker::worker& worker);
  /// The client port, also where any free one was asked for.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Where clients are listened for, `host:port`: the host as the operator wrote it, or our address
  /// on a port of our own.
  [[nodiscard]] const std::string& listens_on() const noexcept { return listens_on_; }
  /// Something that the operator should know although all is well; else empty.
  [[nodiscard]] const std::string& notice() const noexcept { return notice_; }

 private:
  [[nodiscard]] std::string open_port(const config::options&, const endpoint& local,
                                      worker::worker&);
  [[nodiscard]] std::string open_sockets(const config::options&, const endpoint& local,
                                         worker::worker&);

  std::shared_ptr<void> nic_;  ///< a port::port, in builds that have one
  std::string notice_;
  std::uint16_t port_ = 0;
  std::string listens_on_;
};

}  // namespace wirebird::agent
