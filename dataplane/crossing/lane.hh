#pragma once

#include "dataplane/crossing/byte_ring.hh"

#include <atomic>
#include <cstddef>

namespace wirebird::crossing {

/// Everything that one worker has to tell one other, in one first-in first-out order: what it
/// subscribes to and what it publishes.
class lane {
 public:
  explicit lane(std::size_t bytes) : ring(bytes) {}

  byte_ring ring;

  /// Producer: has to be woken when the consumer gets on. Then looks at ring.consumed() once more.
  void wait_for_consumer() noexcept {
    producer_waits_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  /// Consumer, after having taken records. returns: whether the producer has to be woken now.
  [[nodiscard]] bool producer_waits() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return producer_waits_.load(std::memory_order_relaxed) &&
           producer_waits_.exchange(false, std::memory_order_acq_rel);
  }

 private:
  alignas(64) std::atomic<bool> producer_waits_{false};
};

}  // namespace wirebird::crossing
