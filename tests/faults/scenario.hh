#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::faults {

class stage;

/// ci: seconds, on a busy machine, often with sanitizers: behaviour is judged, times are shown.
/// full: what the table of faults says, on a quiet machine with a release build: all is judged.
enum class run_size : std::uint8_t { ci, full };

/// What the fault may cost the probe; judged in full size.
struct probe_limits {
  double delivery_p999_ratio = 2;  ///< to the baseline of the same run
  double rate_least = 0.9;         ///< of the probe's 5,000 messages a second
  std::optional<double> delivery_p999_ms = {};
  std::optional<double> login_p99_ms = {};
};

/// One fault and what must be true of it. `run` makes the fault and judges what is its own; the
/// stage does what all have in common.
struct scenario {
  std::string_view name;   ///< as in the table of faults
  std::string_view title;  ///< one line
  /// Lines of a configuration file for the broker; empty: none.
  std::string (*configuration)(run_size) = nullptr;
  void (*run)(stage&) = nullptr;
  probe_limits limits = {};
  bool only_by_name = false;  ///< not one of the table: played when it is named
  /// Whether the probe has fresh connections: not where logins are what there is too much of.
  bool newcomers = true;
  /// In full size the worker has a CPU of its own (own_cpu.hh): what is judged is what the broker
  /// does to itself, not how many programs share a processor.
  bool own_cpu = false;
};

/// All of them, in the order of the table.
[[nodiscard]] std::span<const scenario* const> all_scenarios();

}  // namespace wirebird::faults
