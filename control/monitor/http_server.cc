#include "control/monitor/http_server.hh"

#include "control/monitor/http_connection.hh"

#include <memory>
#include <utility>

namespace wirebird::control {

http_server::http_server(boost::asio::io_context& loop, const door& open, const networks& allowed,
                         handler answer)
    : acceptor_(loop, protocol(open.family, 0), open.descriptor),
      through_(open.through),
      allowed_(allowed),
      handler_(std::move(answer)) {}

void http_server::accept() {
  if (accepting_ || connections_ >= connections_max) return;
  accepting_ = true;
  acceptor_.async_accept([this](boost::system::error_code error, protocol::socket client) {
    accepting_ = false;
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) {
      ++connections_;
      std::make_shared<http_connection>(std::move(client), *this)->start();
    }
    accept();
  });
}

}  // namespace wirebird::control
