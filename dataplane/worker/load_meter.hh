#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/broker/broker.hh"
#include "protocol/plane_histogram.hh"

#include <algorithm>
#include <array>
#include <cstdint>

namespace wirebird::worker {

/// Times in the buckets of plane_histogram.hh.
class time_histogram {
 public:
  void add(duration time, std::uint64_t count = 1) noexcept {
    const auto ns = static_cast<std::uint64_t>(std::max(time, duration::zero()).count());
    counts_[protocol::plane::histogram_bucket(ns)] += count;
  }
  [[nodiscard]] const std::array<std::uint64_t, protocol::plane::histogram_buckets>& counts()
      const noexcept {
    return counts_;
  }

 private:
  std::array<std::uint64_t, protocol::plane::histogram_buckets> counts_{};
};

/// How much a worker works, and how long it keeps messages. On its thread.
///
/// A message's latency is the broker's own: from the clock that its worker read just before it took
/// the last bytes in, to the clock read when all output of the iteration that gave it to its
/// transport was with the port (or the kernel). So it holds parsing, matching, fan-out, waiting for
/// other messages of the burst, for other workers and for budgets; it does not hold time in the
/// device before the poll, nor what a peer's closed window costs. Counted once per subscriber.
class load_meter {
 public:
  /// After every iteration that found something to do.
  void on_busy(instant begin, instant end, broker::handed_over& given) noexcept {
    const duration time = end - begin;
    ++loops_;
    busy_ += time;
    loop_max_ = std::max(loop_max_, time);
    loop_.add(time);
    given.take(
        [&](instant received, std::uint64_t messages) { latency_.add(end - received, messages); });
  }

  /// After every step of the plane port.
  void on_listing(duration time) noexcept {
    listing_ += time;
    listing_max_ = std::max(listing_max_, time);
    listing_steps_.add(time);
  }

  [[nodiscard]] std::uint64_t loops() const noexcept { return loops_; }
  [[nodiscard]] duration busy() const noexcept { return busy_; }
  [[nodiscard]] duration loop_max() const noexcept { return loop_max_; }
  [[nodiscard]] const time_histogram& loop() const noexcept { return loop_; }
  [[nodiscard]] const time_histogram& latency() const noexcept { return latency_; }
  [[nodiscard]] duration listing() const noexcept { return listing_; }
  [[nodiscard]] duration listing_max() const noexcept { return listing_max_; }
  [[nodiscard]] const time_histogram& listing_steps() const noexcept { return listing_steps_; }

 private:
  std::uint64_t loops_ = 0;
  duration busy_{};
  duration loop_max_{};
  time_histogram loop_;
  time_histogram latency_;
  duration listing_{};
  duration listing_max_{};
  time_histogram listing_steps_;
};

}  // namespace wirebird::worker
