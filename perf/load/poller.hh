// epoll, with the descriptor's index in its caller's table as the event's data. One thread.
#pragma once

#include "perf/load/clock.hh"
#include "perf/load/connection.hh"

#include <array>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

namespace wirebird::load {

class poller {
 public:
  // throws: start_error when the kernel has no room for another one.
  poller();

  // `events`: EPOLLIN and the like. throws: start_error.
  void add(int socket, std::uint32_t events, std::uint64_t index);
  // Waits at most `patience` (0: not at all; rounded up to milliseconds) for events.
  // lifetime: until the next call.
  [[nodiscard]] std::span<const epoll_event> wait(nanoseconds patience);

 private:
  descriptor epoll_;
  std::array<epoll_event, 512> events_{};
};

}  // namespace wirebird::load
