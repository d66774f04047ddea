#pragma once

#include "control/monitor/networks.hh"
#include "control/monitor/page.hh"
#include "control/monitor/request.hh"

#include <cstddef>
#include <functional>
#include <string>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

namespace wirebird::control {

/// Serves HTTP/1.0 and 1.1 on one listening socket. On the loop.
class http_server {
 public:
  using respond = std::function<void(page)>;
  /// Answers a request by one call of `respond`, now or later, on the loop.
  using handler = std::function<void(const request&, respond)>;

  /// `descriptor`: a listening stream socket of `family`, taken over. Connections beyond
  /// connections_max wait in its queue. Who is in none of the `allowed` networks gets 403; the
  /// operators' socket is for whoever may open it. `allowed` outlives this.
  struct door {
    int descriptor;
    int family;
    entrance through;
  };
  http_server(boost::asio::io_context&, const door&, const networks& allowed, handler);

  void start() { accept(); }

  /// More than all of wirebird's relays together let through at present.
  static constexpr std::size_t connections_max = 1024;

 private:
  friend class http_connection;
  using protocol = boost::asio::generic::stream_protocol;
  void accept();

  boost::asio::basic_socket_acceptor<protocol> acceptor_;
  entrance through_;
  const networks& allowed_;
  handler handler_;
  std::size_t connections_ = 0;
  bool accepting_ = false;
};

}  // namespace wirebird::control
