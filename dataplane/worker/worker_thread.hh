#pragma once

#include "dataplane/worker/idle.hh"
#include "dataplane/worker/orders.hh"
#include "dataplane/worker/stock.hh"
#include "dataplane/worker/worker.hh"

#include <atomic>
#include <cstddef>
#include <optional>
#include <thread>

namespace wirebird::worker {

/// What is still out when a worker has stopped and its transports have ended; all zero unless
/// something leaked or, for sessions, a peer did not take its last bytes in time.
struct leftovers {
  std::size_t frames = 0;
  std::size_t chunks = 0;
  std::size_t timers = 0;
  std::size_t sessions = 0;
};

/// Ends the sleep of a worker for which another one has something.
class waker final : public crossing::sleeper {
 public:
  explicit waker(worker& self) noexcept : self_(self) {}
  void wake() noexcept override {
    if (self_.sockets) self_.sockets->wake();
    if (self_.port) self_.port->queue.wake();
  }

 private:
  worker& self_;
};

/// The thread that runs a worker. Started and stopped by the main thread, which touches the worker
/// only before start() and after stop().
class worker_thread {
 public:
  worker_thread(worker&, bool may_sleep) noexcept;
  ~worker_thread();
  worker_thread(const worker_thread&) = delete;
  worker_thread& operator=(const worker_thread&) = delete;

  void start();
  /// Keeps the thread on one CPU. requires: start(). returns: errno; 0 when it is pinned.
  [[nodiscard]] int pin_to(unsigned cpu);
  /// From the main thread, while it runs. returns: false when too many orders wait.
  [[nodiscard]] bool tell(const order&);
  [[nodiscard]] const orders& told() const noexcept { return orders_; }
  /// Begins to stop. Workers with lanes between them end together: all have to be asked before one
  /// is waited for.
  void ask_to_stop();
  /// Closes every session (their last bytes are sent), for at most drain_time, then ends the
  /// thread.
  void stop();
  /// requires: stop() has returned.
  [[nodiscard]] const leftovers& left() const noexcept { return left_; }
  /// Any thread. A worker that never sleeps never answers.
  [[nodiscard]] stock& held() noexcept { return held_; }

  /// How long a stopping worker waits for peers to take their last bytes.
  static constexpr duration drain_time = std::chrono::seconds(1);
  /// As much longer at most, for what this thread itself stood still meanwhile.
  static constexpr duration standstill_max = std::chrono::seconds(3);

 private:
  void run();
  void drain();
  void leave_others();
  void return_frames(packet_queue&);
  void iterate_once();
  [[nodiscard]] bool list_for_control(instant now);
  void take_stock();
  [[nodiscard]] std::size_t available_frames() const noexcept;
  void rest(instant now, bool busy);
  void sleep(duration time);
  [[nodiscard]] bool is_drained() const noexcept;

  worker& self_;
  idle idle_;
  waker waker_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> woken_{false};  ///< and nobody outside touches the transports any more
  std::size_t frames_at_start_ = 0;
  std::optional<instant> ended_at_;  ///< the last iteration, unless something happened since
  orders orders_;
  stock held_;
  leftovers left_;
  std::thread thread_;
};

}  // namespace wirebird::worker
