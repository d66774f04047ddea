#include "tests/system/raw_client.hh"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::system_tests {
namespace {

// returns: a connected socket, or -1.
int connect_to(const std::string& host, std::uint16_t port, milliseconds limit) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  int error = 0;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) error = errno;
  if (error == EINPROGRESS) {
    pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
    socklen_t size = sizeof error;
    const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
    if (count != 1 || ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      error = ETIMEDOUT;
    }
  }
  if (error == 0) return fd;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

bool can_connect(const std::string& host, std::uint16_t port, milliseconds limit) {
  const int fd = connect_to(host, port, limit);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

raw_client::raw_client(const std::string& host, std::uint16_t port, pings shown)
    : fd_(connect_to(host, port, patience)), broker_pings_(shown) {
  if (fd_ < 0) throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  info_ = read_through("\r\n");
}

raw_client::~raw_client() {
  if (fd_ >= 0) ::close(fd_);
}

raw_client::raw_client(raw_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      broker_pings_(other.broker_pings_),
      filter_(std::move(other.filter_)),
      received_(std::move(other.received_)),
      info_(std::move(other.info_)) {}

void raw_client::send(std::string_view bytes) {
  const deadline end(patience);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return;
    pollfd ready{.fd = fd_, .events = POLLOUT | POLLIN, .revents = 0};
    if (::poll(&ready, 1, end.left_ms()) <= 0) throw std::runtime_error("cannot send any more");
    if ((ready.revents & POLLIN) != 0 && !take_available()) return;
  }
}

void raw_client::send_bytewise(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) send(bytes.substr(at, 1));
}

std::string raw_client::connect(std::string_view json) {
  send("CONNECT " + std::string(json) + "\r\nPING\r\n");
  return read_through("PONG\r\n");
}

bool raw_client::receive(const deadline& end) {
  pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, end.left_ms()) <= 0) {
    throw std::runtime_error("waited in vain; until then came: '" + received_.substr(0, 2000) +
                             "'");
  }
  return take_available();
}

bool raw_client::take_available() {
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (broker_pings_ == pings::hidden)
      filter_.pass(bytes, received_);
    else
      received_ += bytes;
    return true;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  filter_.end(received_);
  return false;
}

std::string raw_client::read_through(std::string_view end) {
  const deadline limit(patience);
  std::size_t at = received_.find(end);
  while (at == std::string::npos) {
    if (!receive(limit)) {
      throw std::runtime_error("closed; before that came: '" + received_ + "'");
    }
    at = received_.find(end);
  }
  return read_bytes(at + end.size());
}

std::string raw_client::read_bytes(std::size_t count) {
  const deadline limit(patience);
  while (received_.size() < count) {
    if (!receive(limit)) {
      throw std::runtime_error("closed; before that came: '" + received_ + "'");
    }
  }
  std::string bytes = received_.substr(0, count);
  received_.erase(0, count);
  return bytes;
}

std::string raw_client::read_until_closed() {
  const deadline limit(patience);
  while (receive(limit)) {
  }
  return std::exchange(received_, {});
}

void raw_client::half_close() {
  ::shutdown(fd_, SHUT_WR);
}

void raw_client::reset() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(std::exchange(fd_, -1));
}

}  // namespace wirebird::system_tests
