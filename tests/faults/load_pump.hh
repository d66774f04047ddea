#pragma once

#include "tests/faults/fan.hh"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace wirebird::faults {

/// A fan that publishes at a rate (messages a second; 0: as fast as its subscribers take it), on a
/// thread of its own, until stop().
class load_pump {
 public:
  load_pump(const std::string& host, std::uint16_t port, const std::string& subject,
            std::size_t subscribers, std::size_t payload_bytes, double rate = 0);
  ~load_pump();
  load_pump(const load_pump&) = delete;
  load_pump& operator=(const load_pump&) = delete;

  /// Messages delivered so far.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_.load(); }
  /// Waits for what is under way. returns: what went wrong, empty if nothing.
  [[nodiscard]] std::string stop();

 private:
  void run();
  [[nodiscard]] double rate_until(load::nanoseconds end, load::nanoseconds span) const;

  fan fan_;
  double rate_;
  std::string complaint_;
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace wirebird::faults
