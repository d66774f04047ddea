#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace wirebird::sockets {

/// Deals accepted connections out to workers, one after the other: the kernel wakes whoever sleeps
/// first, so left to itself one worker gets them all. A connection's descriptor goes to its worker
/// through a pipe, which that worker's poller watches like a listener.
///
/// Made on the main thread; outlives the transports. What is still in a pipe at the end is closed.
class spread {
 public:
  explicit spread(std::size_t workers);
  ~spread();
  spread(const spread&) = delete;
  spread& operator=(const spread&) = delete;

  /// errno of the construction; 0 when all is well.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// Where a worker's connections come out, one int each.
  [[nodiscard]] int inbox(std::size_t worker) const noexcept { return pipes_[worker].out; }

  /// Any thread. returns: whose turn it is.
  [[nodiscard]] std::size_t next() noexcept {
    return next_.fetch_add(1, std::memory_order_relaxed) % pipes_.size();
  }
  /// Any thread, never waits. returns: false when the worker has thousands waiting already; the
  /// descriptor stays the caller's.
  [[nodiscard]] bool hand_over(std::size_t worker, int descriptor) noexcept;

 private:
  struct ends {
    int out = -1;
    int in = -1;
  };
  std::vector<ends> pipes_;
  std::atomic<std::size_t> next_{0};
  int error_ = 0;
};

/// requires: an inbox. returns: the next descriptor that waits in it, now the caller's; or -1.
[[nodiscard]] int take_from(int inbox) noexcept;

}  // namespace wirebird::sockets
