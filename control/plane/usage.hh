#pragma once

#include "control/plane/memory_view.hh"

#include <chrono>
#include <cstdint>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wirebird::control {

/// What wirebird uses of the machine, from /proc and from its workers' own figures; times as
/// shares of the last second. On the loop.
class usage {
 public:
  usage(boost::asio::io_context& loop, std::uint64_t pid, const memory_view& memory)
      : pid_(pid), memory_(memory), timer_(loop) {}

  void start();
  /// 100 is one core; one decimal.
  [[nodiscard]] double cpu_percent() const noexcept { return cpu_percent_; }
  /// Per worker: the share of its time that went into iterations with work, 0 to 1.
  [[nodiscard]] const std::vector<double>& busy() const noexcept { return busy_; }
  /// Resident, read now. 0 when it cannot be read.
  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  void sample();
  [[nodiscard]] std::chrono::duration<double> processor_time() const;

  void sample_workers();

  std::uint64_t pid_;
  const memory_view& memory_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point sampled_at_;
  std::chrono::duration<double> used_{};
  double cpu_percent_ = 0;
  std::vector<protocol::plane::worker_record> workers_;  ///< as of the last sample
  std::vector<double> busy_;
};

}  // namespace wirebird::control
