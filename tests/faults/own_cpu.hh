#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <sched.h>

namespace wirebird::faults {

/// A CPU that the broker's worker has for itself, as far as this program goes: the worker is pinned
/// and this process keeps off. What else the machine does there is in the broker's times.
class own_cpu {
 public:
  /// Chooses one, if there are two.
  own_cpu();

  /// For the broker's command line.
  [[nodiscard]] std::vector<std::string> arguments() const;
  /// Takes the CPU from this thread and those that it starts. returns: what was done, for the
  /// report.
  [[nodiscard]] std::string keep_off() const;

 private:
  cpu_set_t all_;
  std::optional<std::size_t> number_;
};

}  // namespace wirebird::faults
