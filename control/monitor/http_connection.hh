#pragma once

#include "control/monitor/http_server.hh"

#include <memory>
#include <optional>
#include <string>

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace wirebird::control {

/// One HTTP client. Lives as long as something is under way for it; on the loop. Bounded: the PROXY
/// line and the head of a request must come in time and be short, bodies are read and ignored up to
/// a limit, and a client that neither asks nor reads is closed.
class http_connection : public std::enable_shared_from_this<http_connection> {
 public:
  using protocol = http_server::protocol;

  http_connection(protocol::socket, http_server&);
  ~http_connection();
  http_connection(const http_connection&) = delete;
  http_connection& operator=(const http_connection&) = delete;

  void start();

 private:
  void read_proxy_line();
  void take_proxy_line();
  /// The address that the kernel knows, for a client that came without a PROXY line.
  [[nodiscard]] std::string peer_address();
  void read_request();
  void on_request(boost::beast::error_code, bool is_first_byte);
  void answer();
  void write(page);
  template <typename Response>
  void send(std::shared_ptr<Response>);
  void close();

  boost::beast::basic_stream<protocol> stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  http_server& server_;
  bool is_allowed_ = true;
  bool must_end_ = false;  ///< after the next answer
};

}  // namespace wirebird::control
