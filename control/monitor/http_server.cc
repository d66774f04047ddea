#include "control/monitor/http_server.hh"

#include "control/monitor/http_connection.hh"

#include <memory>
#include <utility>

namespace wirebird::control {

http_server::http_server(boost::asio::io_context& loop, int listener, handler answer)
    : acceptor_(loop, boost::asio::local::stream_protocol(), listener),
      handler_(std::move(answer)) {}

void http_server::accept() {
  if (accepting_ || connections_ >= connections_max) return;
  accepting_ = true;
  acceptor_.async_accept(
      [this](boost::system::error_code error, boost::asio::local::stream_protocol::socket client) {
        accepting_ = false;
        if (error == boost::asio::error::operation_aborted) return;
        if (!error) {
          ++connections_;
          const auto on_gone = [this] {
            --connections_;
            accept();
          };
          std::make_shared<http_connection>(std::move(client), handler_, on_gone)->start();
        }
        accept();
      });
}

}  // namespace wirebird::control
