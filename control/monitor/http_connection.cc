#include "control/monitor/http_connection.hh"

#include "control/monitor/go_text.hh"

#include <chrono>
#include <string>
#include <utility>

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
  if (!from.location.empty()) response.set(http::field::location, from.location);
  response.set(http::field::date, http_date(now_ns()));
}

}  // namespace

http_connection::http_connection(socket client, const http_server::handler& handler,
                                 std::function<void()> on_gone)
    : stream_(std::move(client)),
      buffer_(buffer_bytes_max),
      handler_(handler),
      on_gone_(std::move(on_gone)) {}

http_connection::~http_connection() {
  on_gone_();
}

void http_connection::close() {
  error_code ignored;
  stream_.socket().shutdown(socket::shutdown_send, ignored);
}

void http_connection::start() {
  stream_.expires_after(head_time_max);
  read_proxy_line();
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
  const auto target = parser_->get().target();
  handler_({target.data(), target.size()},
           [self = shared_from_this()](page made) { self->write(std::move(made)); });
}

void http_connection::write(page made) {
  const auto& request = parser_->get();
  const bool is_complete = parser_->is_done();
  const unsigned version = is_complete ? request.version() : 11;
  const bool keeps_alive = is_complete && request.keep_alive();
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
