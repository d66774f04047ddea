#include "tests/faults/probe_logins.hh"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace wirebird::faults {

probe_logins::probe_logins(const std::string& host, std::uint16_t port) {
  address_.sin_family = AF_INET;
  address_.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address_.sin_addr);
}

void probe_logins::begin(load::nanoseconds due) {
  ++begun_;
  load::descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int result =
      ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
  if (result != 0 && errno != EINPROGRESS) {
    fail(std::strerror(errno));
    return;
  }
  under_way_.push_back({std::move(socket), due, {}});
}

void probe_logins::fail(const std::string& why) {
  if (failed_++ == 0) first_failure_ = why;
}

probe_logins::step probe_logins::advance(login& one) {
  std::array<char, 4096> buffer;
  const ssize_t got = ::recv(one.socket.number(), buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == ENOTCONN || errno == EINTR)) return step::waits;
  if (got <= 0) {
    fail(got == 0 ? "closed after '" + one.received + "'" : std::strerror(errno));
    return step::failed;
  }
  one.received.append(buffer.data(), static_cast<std::size_t>(got));
  if (!one.greeted && one.received.find("\r\n") != std::string::npos) {
    constexpr std::string_view hello = "CONNECT {\"verbose\":false}\r\nPING\r\n";
    ::send(one.socket.number(), hello.data(), hello.size(), MSG_NOSIGNAL);
    one.greeted = true;
  }
  return one.received.find("PONG\r\n") != std::string::npos ? step::done : step::waits;
}

void probe_logins::act(load::nanoseconds now, bool may_begin, phase_figures& figures) {
  for (; may_begin && due_ <= now; due_ += interval) begin(due_);
  for (auto one = under_way_.begin(); one != under_way_.end();) {
    const step taken = advance(*one);
    const bool late = taken == step::waits && now - one->due > patience;
    if (taken == step::done) figures.login.record(now - one->due);
    if (late) fail("no answer in time; came: '" + one->received + "'");
    one = taken == step::waits && !late ? one + 1 : under_way_.erase(one);
  }
}

void probe_logins::add_complaints(std::vector<std::string>& to) const {
  if (failed_ > 0)
    to.push_back(std::to_string(failed_) + " of " + std::to_string(begun_) +
                 " fresh connections of the probe failed, the first: " + first_failure_);
}

}  // namespace wirebird::faults
