#include "perf/load/poller.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace wirebird::load {

poller::poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.is_open()) throw start_error(std::string("epoll: ") + std::strerror(errno));
}

void poller::add(int socket, std::uint32_t events, std::uint64_t index) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = index;
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, socket, &event) != 0) {
    throw start_error(std::string("epoll: ") + std::strerror(errno));
  }
}

std::span<const epoll_event> poller::wait(nanoseconds patience) {
  constexpr nanoseconds per_millisecond = 1'000'000;
  const auto timeout = static_cast<int>((patience + per_millisecond - 1) / per_millisecond);
  const int ready =
      epoll_wait(epoll_.number(), events_.data(), static_cast<int>(events_.size()), timeout);
  return std::span(events_).first(static_cast<std::size_t>(std::max(ready, 0)));
}

}  // namespace wirebird::load
