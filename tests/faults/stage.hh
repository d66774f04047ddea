#pragma once

#include "tests/faults/probe.hh"
#include "tests/faults/scenario.hh"
#include "tests/faults/verdict.hh"
#include "tests/system/broker_process.hh"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::faults {

using system_tests::broker_process;
using system_tests::milliseconds;
using system_tests::seconds;

/// How a run is asked for.
struct setting {
  system_tests::transport where = system_tests::transport::kernel;
  run_size size = run_size::ci;
  std::uint64_t seed = 1;
  double minutes = 1;  ///< of scenarios without an end of their own
};

/// One scenario under way: a broker, the probe, and what is expected of every run. In this order:
/// stock before, probe's baseline, fault, quiet, probe's verdict, stock after, end, log.
class stage {
 public:
  stage(const scenario&, const setting&);

  void play();

  // For the scenario.
  [[nodiscard]] bool is_full() const { return setting_.size == run_size::full; }
  [[nodiscard]] double minutes() const { return setting_.minutes; }
  [[nodiscard]] std::uint64_t seed() const { return setting_.seed; }
  [[nodiscard]] broker_process& broker() { return *broker_; }
  [[nodiscard]] verdict& judge() { return verdict_; }
  /// The broker's log of this moment.
  [[nodiscard]] std::string log() { return broker_->child().output(); }
  /// To be judged when the broker has ended: the sum of these counters must be in this range.
  void expect_counters(const std::vector<std::string>& names, std::uint64_t least,
                       std::uint64_t most);

 private:
  using figures = std::map<std::string, std::uint64_t>;

  void start_broker();
  [[nodiscard]] figures stock(std::size_t from);
  /// Waits until the broker tells of a stock for which `is_good` holds, in its log from there on.
  template <typename Condition>
  bool wait_for_stock(std::size_t from, Condition is_good, milliseconds limit);
  void judge_stock(const figures& before);
  void judge_probe();
  void judge_end();
  void show(const std::string& title, const phase_figures& of);

  const scenario& scenario_;
  setting setting_;
  verdict verdict_;
  std::unique_ptr<broker_process> broker_;
  std::unique_ptr<probe> probe_;
  struct expected_sum {
    std::vector<std::string> names;
    std::uint64_t least;
    std::uint64_t most;
  };
  std::vector<expected_sum> expected_;
};

}  // namespace wirebird::faults
