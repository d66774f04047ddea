#include "dataplane/sockets/poller.hh"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <sys/eventfd.h>
#include <unistd.h>

namespace wirebird::sockets {

// The bell is edge-triggered: every ring is an event, and nobody needs to read the count.
poller::poller() noexcept
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (epoll_ < 0 || bell_ < 0)
    error_ = errno;
  else
    error_ = watch(bell_, EPOLLIN | EPOLLET, bell_token);
}

poller::~poller() {
  if (bell_ >= 0) close(bell_);
  if (epoll_ >= 0) close(epoll_);
}

int poller::watch(int descriptor, std::uint32_t events, std::uint64_t token) noexcept {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = token;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &wanted) == 0 ? 0 : errno;
}

void poller::forget(int descriptor) noexcept {
  epoll_event unused{};
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, &unused);
}

int poller::wait_for_events(duration longest) noexcept {
  const duration length = std::max(longest, duration::zero());
  constexpr int room = static_cast<int>(events_per_poll);
  if (fine_waits_ && length > duration::zero()) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length);
    timespec limit{};
    limit.tv_sec = seconds.count();
    limit.tv_nsec = (length - seconds).count();
    const int count = epoll_pwait2(epoll_, events_.data(), room, &limit, nullptr);
    if (count >= 0 || errno != ENOSYS) return count;
    fine_waits_ = false;
  }
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(length).count();
  const auto limit = std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max());
  return epoll_wait(epoll_, events_.data(), room, static_cast<int>(limit));
}

void poller::collect(duration longest) noexcept {
  if (count_ != 0 || error_ != 0) return;
  const int count = wait_for_events(longest);
  count_ = count > 0 ? static_cast<std::size_t>(count) : 0;  // a signal brings none
}

void poller::wake() noexcept {
  // Fails only when 2^64 rings have not been read: then the bell has rung for certain.
  eventfd_write(bell_, 1);
}

}  // namespace wirebird::sockets
