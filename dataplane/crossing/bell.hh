#pragma once

#include <atomic>

namespace wirebird::crossing {

/// Who can be woken from another thread: a worker's transport.
class sleeper {
 public:
  /// Any thread: ends the present sleep, or the next one.
  virtual void wake() noexcept = 0;

 protected:
  ~sleeper() = default;
};

/// Wakes a worker that sleeps although a record waits for it. While it is awake a ring costs one
/// fence and a load. A worker announces its sleep, then looks at its lanes once more; who hands
/// over a record does so first, then looks whether the other one sleeps. So one of them sees the
/// other.
class bell {
 public:
  /// Before threads start.
  void belongs_to(sleeper& owner) noexcept { owner_ = &owner; }

  // The owner.
  /// About to sleep. What arrived before must be looked for after this.
  void going_to_sleep() noexcept {
    asleep_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void awake() noexcept { asleep_.store(false, std::memory_order_relaxed); }

  // Anybody else, after having handed something over.
  void ring() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (owner_ != nullptr && asleep_.load(std::memory_order_relaxed) &&
        asleep_.exchange(false, std::memory_order_acq_rel))
      owner_->wake();
  }

 private:
  alignas(64) std::atomic<bool> asleep_{false};
  sleeper* owner_ = nullptr;
};

}  // namespace wirebird::crossing
