#pragma once

#include "control/monitor/page.hh"

#include <cstddef>
#include <functional>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace wirebird::control {

/// Serves HTTP/1.0 and 1.1 on a unix socket whose clients begin with a PROXY line: as wirebird's
/// relay does. On the loop.
class http_server {
 public:
  using respond = std::function<void(page)>;
  /// Answers `target` by one call of `respond`, now or later, on the loop.
  using handler = std::function<void(std::string_view target, respond)>;

  /// Takes over `listener`, a listening stream socket. Connections beyond connections_max wait in
  /// its queue.
  http_server(boost::asio::io_context&, int listener, handler);

  void start() { accept(); }

  /// More than all of wirebird's relays together let through at present.
  static constexpr std::size_t connections_max = 1024;

 private:
  void accept();

  boost::asio::local::stream_protocol::acceptor acceptor_;
  handler handler_;
  std::size_t connections_ = 0;
  bool accepting_ = false;
};

}  // namespace wirebird::control
