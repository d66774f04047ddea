#pragma once

#include "dataplane/auth/succession.hh"
#include "dataplane/base/spsc_ring.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/options.hh"
#include "protocol/server_info.hh"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wirebird::worker {

struct worker;

/// What all workers of a server go by; immutable once they have it.
struct snapshot {
  broker::options rules;
  protocol::server_info identity;
  /// Who is who now, of those that logged in by the one before; null: logins are as they were.
  std::shared_ptr<const auth::succession> heirs;
};

/// What the main thread tells one worker: another snapshot, lame duck, or both.
struct order {
  const snapshot* next = nullptr;  ///< null: the one it has. Outlives the worker's obedience.
  bool tells_clients = false;      ///< whose INFO says something else now
  bool leaves = false;             ///< listens no more and ends its clients, as these say:
  std::uint16_t port = 0;          ///< of its own listener for clients
  duration grace{};
  duration length{};
};

/// Orders on their way to one worker, which obeys them in order between two iterations.
class orders {
 public:
  static constexpr std::size_t waiting_max = 16;

  // The main thread's side.
  /// returns: false when too many wait; then it was not given.
  [[nodiscard]] bool give(const order& next) noexcept {
    if (!waiting_.push(next)) return false;
    ++given_;
    return true;
  }
  /// The worker has done all that it was told, to the end of the review of its clients, and uses no
  /// older snapshot.
  [[nodiscard]] bool are_done() const noexcept {
    return done_.load(std::memory_order_acquire) == given_;
  }
  /// Clients that a worker which leaves still had; meaningful once the order is done.
  [[nodiscard]] std::size_t clients_left() const noexcept {
    return clients_left_.load(std::memory_order_relaxed);
  }

  // The worker's side.
  /// Between iterations. Costs a comparison of two words while there is nothing.
  void obey(worker&, instant now);

 private:
  spsc_ring<order, waiting_max> waiting_;
  std::uint64_t given_ = 0;  // the main thread's
  bool leaving_ = false;     // the worker's
  bool reviewing_ = false;   // likewise: the last order is not done yet
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::size_t> clients_left_{0};
};

}  // namespace wirebird::worker
