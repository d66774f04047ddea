#include "tests/faults/crowd.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace wirebird::faults {

namespace {

constexpr std::size_t in_flight_max = 128;  // connects at the same time: below any SYN queue
constexpr std::size_t received_kept_max = 1024 * 1024;

// The broker asks each client a second after its login how far away it is, and rarely thereafter.
void strip_pings(std::string& received) {
  constexpr std::string_view ping = "PING\r\n";
  for (std::size_t at = received.find(ping); at != std::string::npos; at = received.find(ping, at))
    if (at == 0 || received[at - 1] == '\n')
      received.erase(at, ping.size());
    else
      at += ping.size();
}

}  // namespace

crowd::crowd(const std::string& host, std::uint16_t port)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), scratch_(256 * 1024) {
  address_.sin_family = AF_INET;
  address_.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address_.sin_addr);
}

void crowd::begin(int buffer_bytes) {
  member one;
  one.socket = load::descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!one.socket.is_open()) throw std::runtime_error(std::string("socket: ") + strerror(errno));
  const int fd = one.socket.number();
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (buffer_bytes > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0 &&
      errno != EINPROGRESS)
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  members_.push_back(std::move(one));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.u64 = members_.size() - 1;
  epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event);
}

void crowd::join(std::size_t count, int buffer_bytes) {
  load::allow_connections(members_.size() + count + 64);
  const std::size_t first = members_.size();
  members_.reserve(first + count);
  std::size_t oldest = first;  // everyone before has the INFO line
  const auto is_greeted = [this](std::size_t index) {
    return members_[index].received.find("\r\n") != std::string::npos;
  };
  const system_tests::deadline end(system_tests::seconds(30));
  while (oldest < first + count) {
    while (members_.size() < first + count && members_.size() < oldest + in_flight_max)
      begin(buffer_bytes);
    turn(1);
    while (oldest < members_.size() && is_greeted(oldest)) ++oldest;
    const bool is_lost =
        std::any_of(members_.begin() + static_cast<std::ptrdiff_t>(oldest), members_.end(),
                    [](const member& one) { return one.ended_at != 0; });
    if (is_lost || end.passed())
      throw std::runtime_error("only " + std::to_string(oldest - first) + " of " +
                               std::to_string(count) + " got an INFO line");
  }
  for (std::size_t i = first; i < members_.size(); ++i) {
    members_[i].received.clear();
    members_[i].opened_at = load::now_ns();
  }
}

void crowd::watch(std::size_t index, bool writes) const {
  epoll_event event{};
  event.events = (members_[index].reads ? EPOLLIN | EPOLLRDHUP : 0U) | (writes ? EPOLLOUT : 0U);
  event.data.u64 = index;
  epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, members_[index].socket.number(), &event);
}

void crowd::say(std::size_t index, std::string_view bytes) {
  const bool was_idle = members_[index].unsent.empty();
  members_[index].unsent += bytes;
  if (was_idle) send(index);
}

void crowd::say_all(std::string_view bytes) {
  for (std::size_t i = 0; i < members_.size(); ++i) say(i, bytes);
}

void crowd::set_reading(std::size_t index, bool reads) {
  members_[index].reads = reads;
  watch(index, !members_[index].unsent.empty());
}

void crowd::send(std::size_t index) {
  member& who = members_[index];
  if (who.ended_at != 0) return;
  const ssize_t sent =
      ::send(who.socket.number(), who.unsent.data(), who.unsent.size(), MSG_NOSIGNAL);
  if (sent > 0) who.unsent.erase(0, static_cast<std::size_t>(sent));
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    end(who);
    return;
  }
  watch(index, !who.unsent.empty());
}

void crowd::end(member& who) {
  if (who.ended_at != 0) return;
  who.ended_at = load::now_ns();
  epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, who.socket.number(), nullptr);
  ++ended_;
}

void crowd::receive(member& who) {
  const ssize_t got = ::recv(who.socket.number(), scratch_.data(), scratch_.size(), 0);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    end(who);
    return;
  }
  if (got < 0) return;
  who.received_bytes += static_cast<std::uint64_t>(got);
  if (who.received.size() < received_kept_max)
    who.received.append(scratch_.data(), static_cast<std::size_t>(got));
  strip_pings(who.received);
}

void crowd::on_event(std::size_t index, std::uint32_t what) {
  member& who = members_[index];
  if ((what & (EPOLLIN | EPOLLRDHUP)) != 0) receive(who);
  if ((what & EPOLLOUT) != 0) send(index);
  // A reset is told even to those who do not read.
  if ((what & (EPOLLERR | EPOLLHUP)) != 0 && (what & EPOLLIN) == 0) end(who);
}

void crowd::turn(int wait_ms) {
  std::array<epoll_event, 512> events;
  const int ready = epoll_wait(epoll_.number(), events.data(), events.size(), wait_ms);
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    on_event(event.data.u64, event.events);
  }
}

bool crowd::drive(const std::function<bool()>& done, system_tests::milliseconds limit) {
  const system_tests::deadline end(limit);
  while (!done()) {
    if (end.passed()) return false;
    turn(1);
  }
  return true;
}

void crowd::drive_for(system_tests::milliseconds span) {
  static_cast<void>(drive([] { return false; }, span));
}

}  // namespace wirebird::faults
