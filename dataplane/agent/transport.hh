#pragma once

#include "dataplane/config/options.hh"
#include "dataplane/sockets/spread.hh"
#include "dataplane/worker/worker.hh"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace wirebird::agent {

/// Where a server's clients come from: a port of our own, or the kernel's sockets. On the main
/// thread, before the workers run; outlives them.
class transport {
 public:
  /// Opens what `options` ask for, gives it to the workers and listens for clients.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string open(const config::options& options,
                                 std::span<worker::worker* const> workers);
  /// The client port, also where any free one was asked for.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The host as the operator wrote it, or our address on a port of our own.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// Where clients are listened for, `host:port`.
  [[nodiscard]] const std::string& listens_on() const noexcept { return listens_on_; }
  /// How packets get here, for the log; empty on the kernel's sockets.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// What the operator should know although all is well.
  [[nodiscard]] const std::vector<std::string>& notices() const noexcept { return notices_; }
  /// What has come up since the last call and is told once. From the main thread while the workers
  /// run, every now and then: it only reads counters.
  [[nodiscard]] std::string news(std::span<worker::worker* const>);
  [[nodiscard]] bool may_have_news() const noexcept { return !device_.empty(); }
  /// What the port took and lost since start, for the log; empty on the kernel's sockets.
  [[nodiscard]] std::string losses() const;

 private:
  [[nodiscard]] std::string open_port(const config::options&, const endpoint& local,
                                      std::span<worker::worker* const>);
  [[nodiscard]] std::string open_sockets(const config::options&, const endpoint& local,
                                         std::span<worker::worker* const>);

  std::unique_ptr<sockets::spread> spread_;  ///< of kernel sockets over several workers
  std::shared_ptr<void> port_of_our_own_;    ///< in builds that have one
  std::string device_;                       ///< the port's, as long as there may be news of it
  std::string path_;
  std::vector<std::string> notices_;
  std::uint16_t port_ = 0;
  std::string host_;
  std::string listens_on_;
};

}  // namespace wirebird::agent
