#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/sockets/limits.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

namespace wirebird::sockets {

/// One epoll instance, the events last taken from it, and a bell that other threads ring. Owned by
/// a transport, on its worker's thread; only wake() may come from elsewhere. What is watched is
/// named by a token, never by a pointer, so a stale event cannot reach an object that is gone.
class poller {
 public:
  /// The bell's own token.
  static constexpr std::uint64_t bell_token = 0;

  poller() noexcept;
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// errno of the construction; 0 when all is well.
  [[nodiscard]] int error() const noexcept { return error_; }

  /// `events`: EPOLLIN and its like. returns: errno, 0 when the descriptor is watched from now on.
  [[nodiscard]] int watch(int descriptor, std::uint32_t events, std::uint64_t token) noexcept;
  /// Needed for a descriptor whose socket stays open elsewhere; closing the last one does it too.
  void forget(int descriptor) noexcept;

  /// Takes new events from the kernel, waiting `longest` for the first; does nothing while some
  /// from the last time are left. One system call.
  void collect(duration longest) noexcept;
  [[nodiscard]] std::span<const epoll_event> events() const noexcept {
    return {events_.data(), count_};
  }
  /// The events have been dealt with.
  void clear() noexcept { count_ = 0; }

  /// Any thread: makes a collect() that waits, now or next, return.
  void wake() noexcept;

 private:
  [[nodiscard]] int wait_for_events(duration longest) noexcept;

  int epoll_ = -1;
  int bell_ = -1;
  int error_ = 0;
  bool fine_waits_ = true;  ///< the kernel has epoll_pwait2 (Linux 5.11)
  std::size_t count_ = 0;
  std::array<epoll_event, events_per_poll> events_;
};

}  // namespace wirebird::sockets
