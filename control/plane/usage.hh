#pragma once

#include <chrono>
#include <cstdint>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wirebird::control {

/// What another process uses of the machine, from /proc; processor time as a share of the last
/// second. On the loop.
class usage {
 public:
  usage(boost::asio::io_context& loop, std::uint64_t pid) : pid_(pid), timer_(loop) {}

  void start();
  /// 100 is one core; one decimal.
  [[nodiscard]] double cpu_percent() const noexcept { return cpu_percent_; }
  /// Resident, read now. 0 when it cannot be read.
  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  void sample();
  [[nodiscard]] std::chrono::duration<double> processor_time() const;

  std::uint64_t pid_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point sampled_at_;
  std::chrono::duration<double> used_{};
  double cpu_percent_ = 0;
};

}  // namespace wirebird::control
