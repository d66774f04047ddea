#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace wirebird::faults {

/// Threads that do nothing but take processor time, where their owner may run, until they are
/// destroyed.
class busy_threads {
 public:
  explicit busy_threads(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      threads_.emplace_back([this] {
        while (!stopping_.load(std::memory_order_relaxed)) {
        }
      });
  }
  ~busy_threads() {
    stopping_.store(true);
    for (std::thread& each : threads_) each.join();
  }
  busy_threads(const busy_threads&) = delete;
  busy_threads& operator=(const busy_threads&) = delete;

 private:
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace wirebird::faults
