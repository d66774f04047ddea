#include "control/monitor/http_connection.hh"

#include "control/monitor/go_text.hh"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace wirebird::control {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

/// PROXY protocol version 1: no line is longer.
constexpr std::size_t proxy_line_max = 107;
/// Room for a target of 64 KiB and then some.
constexpr std::uint32_t head_bytes_max = 80 * 1024;
constexpr std::uint64_t body_bytes_max = 64 * 1024;
constexpr std::size_t buffer_bytes_max = head_bytes_max + body_bytes_max;
/// Asked of the socket at a time.
constexpr std::size_t read_bytes = 4096;
/// A page from here on is sent in chunks, as nats-server does.
constexpr std::size_t chunked_from_bytes = 2048;

constexpr auto head_time_max = std::chrono::seconds(5);
constexpr auto idle_time_max = std::chrono::seconds(60);
constexpr auto write_time_max = std::chrono::seconds(20);

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <typename Response>
void set_fields(Response& response, const page& from) {
  if (!from.content_type.empty()) response.set(http::field::content_type, from.content_type);
  if (from.no_sniff) response.set("X-Content-Type-Options", "nosniff");
  if (from.is_document) {
    response.set("Content-Security-Policy",
                 "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
    response.set("Referrer-Policy", "no-referrer");
  }
  if (!from.location.empty()) response.set(http::field::location, from.location);
  response.set(http::field::date, http_date(now_ns()));
}

/// What is wrong with the head of a request that Beast takes for good; status 0: nothing. Two ideas
/// of where a request ends, or for whom it is, are how others get theirs answered (RFC 9112,
/// sections 3.2 and 6.1).
template <typename Request>
page head_error(const Request& request) {
  const auto error = [](unsigned status, const char* text) {
    return page{.status = status, .content_type = "text/plain; charset=utf-8", .body = text};
  };
  const auto hosts = request.count(http::field::host);
  if (request.version() >= 11 && hosts == 0)
    return error(400, "400 Bad Request: missing required Host header");
  if (hosts > 1) return error(400, "400 Bad Request");
  if (request[http::field::host].find_first_of(" \t") != boost::beast::string_view::npos)
    return error(400, "400 Bad Request: malformed Host header");
  if (request.count(http::field::transfer_encoding) > 0 && !request.chunked())
    return error(501, "Unsupported transfer encoding");
  return {.status = 0};
}

}  // namespace

http_connection::http_connection(protocol::socket client, http_server& server)
    : stream_(std::move(client)), buffer_(buffer_bytes_max), server_(server) {}

http_connection::~http_connection() {
  --server_.connections_;
  server_.accept();
}

void http_connection::close() {
  error_code ignored;
  stream_.socket().shutdown(protocol::socket::shutdown_send, ignored);
}

void http_connection::start() {
  stream_.expires_after(head_time_max);
  if (server_.through_ == entrance::relay) {
    read_proxy_line();
    return;
  }
  if (server_.through_ == entrance::network) is_allowed_ = server_.allowed_.has(peer_address());
  read_request();
}

std::string http_connection::peer_address() {
  error_code unknown;
  const auto peer = stream_.socket().remote_endpoint(unknown);
  boost::asio::ip::tcp::endpoint known;
  if (unknown || peer.size() > known.capacity()) return "";
  std::memcpy(known.data(), peer.data(), peer.size());
  return known.address().to_string();
}

void http_connection::read_proxy_line() {
  stream_.async_read_some(buffer_.prepare(read_bytes),
                          [self = shared_from_this()](error_code error, std::size_t size) {
                            self->buffer_.commit(size);
                            if (!error) self->take_proxy_line();
                          });
}

void http_connection::take_proxy_line() {
  const std::string_view text(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  const std::size_t end = text.substr(0, proxy_line_max).find("\r\n");
  if (end != text.npos && text.starts_with("PROXY ")) {
    // PROXY, the protocol, and then who it is.
    const std::size_t from = text.find(' ', sizeof "PROXY ");
    const std::size_t size = std::min(text.find(' ', from + 1), end) - from - 1;
    is_allowed_ = from < end && server_.allowed_.has(text.substr(from + 1, size));
    buffer_.consume(end + 2);
    read_request();
  } else if (end == text.npos && text.size() < proxy_line_max) {
    read_proxy_line();
  }
}

void http_connection::read_request() {
  parser_.emplace();
  parser_->header_limit(head_bytes_max);
  parser_->body_limit(body_bytes_max);
  if (buffer_.size() > 0) {
    on_request({}, true);
    return;
  }
  // Between two requests a client may be quiet for longer than within one.
  stream_.expires_after(idle_time_max);
  stream_.async_read_some(buffer_.prepare(read_bytes),
                          [self = shared_from_this()](error_code error, std::size_t size) {
                            self->buffer_.commit(size);
                            self->on_request(error, true);
                          });
}

void http_connection::on_request(error_code error, bool is_first_byte) {
  if (!error && is_first_byte) {
    stream_.expires_after(head_time_max);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code failed, std::size_t) {
                       self->on_request(failed, false);
                     });
    return;
  }
  if (!error) {
    answer();
  } else if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    write({.status = 431,
           .content_type = "text/plain; charset=utf-8",
           .body = "431 Request Header Fields Too Large"});
  } else if (error == http::error::body_limit) {
    write({.status = 413,
           .content_type = "text/plain; charset=utf-8",
           .body = "413 Request Entity Too Large"});
  } else if (error.category() == http::make_error_code(http::error::end_of_stream).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message) {
    write({.status = 400, .content_type = "text/plain; charset=utf-8", .body = "400 Bad Request"});
  } else {
    close();
  }
}

void http_connection::answer() {
  stream_.expires_never();
  if (!is_allowed_) {
    write({.status = 403, .content_type = "text/plain; charset=utf-8", .body = "403 Forbidden"});
    return;
  }
  const auto& message = parser_->get();
  if (page wrong = head_error(message); wrong.status != 0) {
    must_end_ = true;
    write(std::move(wrong));
    return;
  }
  const auto target = message.target();
  server_.handler_({.target = {target.data(), target.size()},
                    .is_post = message.method() == http::verb::post,
                    .through = server_.through_},
                   [self = shared_from_this()](page made) { self->write(std::move(made)); });
}

void http_connection::write(page made) {
  const auto& request = parser_->get();
  const bool is_complete = parser_->is_done();
  const unsigned version = is_complete ? request.version() : 11;
  const bool keeps_alive = is_complete && request.keep_alive() && !must_end_;
  if (is_complete && request.method() == http::verb::head) {
    auto response = std::make_shared<http::response<http::empty_body>>(
        static_cast<http::status>(made.status), version);
    set_fields(*response, made);
    response->content_length(made.body.size());
    response->keep_alive(keeps_alive);
    send(std::move(response));
    return;
  }
  auto response = std::make_shared<http::response<http::string_body>>(
      static_cast<http::status>(made.status), version);
  set_fields(*response, made);
  const bool is_long = made.body.size() >= chunked_from_bytes;
  if (is_long && version >= 11)
    response->chunked(true);
  else
    response->content_length(made.body.size());
  response->keep_alive(keeps_alive);
  response->body() = std::move(made.body);
  send(std::move(response));
}

template <typename Response>
void http_connection::send(std::shared_ptr<Response> response) {
  stream_.expires_after(write_time_max);
  const bool closes = response->need_eof() || !response->keep_alive();
  http::async_write(stream_, *response,
                    [self = shared_from_this(), response, closes](error_code error, std::size_t) {
                      if (error) return;
                      if (closes)
                        self->close();
                      else
                        self->read_request();
                    });
}

}  // namespace wirebird::control
