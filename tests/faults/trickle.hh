#pragma once

#include "perf/load/clock.hh"
#include "perf/load/connection.hh"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace wirebird::faults {

/// A subscriber that takes so many bytes a second and no more, on a thread of its own.
class trickle {
 public:
  trickle(const std::string& host, std::uint16_t port, const std::string& subject,
          std::size_t bytes_per_second);
  ~trickle();
  trickle(const trickle&) = delete;
  trickle& operator=(const trickle&) = delete;

 private:
  void run(std::size_t bytes_per_second);

  load::connection link_;
  load::descriptor stop_;  // readable: it is over
  std::thread thread_;
};

}  // namespace wirebird::faults
