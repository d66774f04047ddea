// What the measured server consumes, seen from outside: CPU time of its process from /proc, and
// cycles and instructions of its threads through perf_event_open where that is permitted. Also the
// load tool's own CPU time, which tells whether the generator was the limit.
#pragma once

#include "perf/load/connection.hh"
#include "perf/load/report.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wirebird::load {

struct cpu_time {
  double user_seconds = 0;
  double system_seconds = 0;
};

// CPU time so far of a process and all its threads; nothing if it is gone.
[[nodiscard]] std::optional<cpu_time> cpu_time_of(int pid);
[[nodiscard]] cpu_time cpu_time_of_self();

// Counts one hardware event over all threads a process has now and their later children.
class event_counter {
 public:
  // `event`: PERF_COUNT_HW_... Falls back to user space only where the kernel may not be counted.
  event_counter(int pid, std::uint64_t event);

  // Nothing if the machine or its policy does not count this; reason() then says why.
  [[nodiscard]] std::optional<std::uint64_t> read() const;
  [[nodiscard]] bool counts_kernel() const { return counts_kernel_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  bool open(int pid, std::uint64_t event, bool with_kernel);

  std::vector<descriptor> counters_;
  bool counts_kernel_ = true;
  std::string reason_;
};

// Takes the two ends of the measured time and reports the difference.
class usage_meter {
 public:
  // Without a pid only the load tool itself is watched. throws: start_error for an unknown pid.
  explicit usage_meter(std::optional<int> server_pid);

  void begin() { start_ = take(); }
  void end() { stop_ = take(); }
  // `messages`: delivered between begin() and end().
  void add_to(report& out, double seconds, std::uint64_t messages) const;

 private:
  struct reading {
    cpu_time self;
    cpu_time server;
    std::optional<std::uint64_t> cycles;
    std::optional<std::uint64_t> instructions;
  };
  [[nodiscard]] reading take() const;

  std::optional<int> server_pid_;
  std::optional<event_counter> cycles_;
  std::optional<event_counter> instructions_;
  reading start_;
  reading stop_;
};

}  // namespace wirebird::load
