#pragma once

#include "tests/differential/player.hh"
#include "tests/system/broker_process.hh"

#include <memory>
#include <string>
#include <vector>

namespace wirebird::differential {

/// Debian's nats-server on kernel sockets, and beside it the broker under test on a transport, both
/// with the same configuration. They live as long as the configuration that is asked for stays the
/// same, since starting them takes longer than hundreds of dialogues.
class broker_pair {
 public:
  explicit broker_pair(system_tests::transport where) : where_(where) {}

  /// Starts both with a configuration file of these lines, unless they run with it already.
  void configure(const std::vector<std::string>& lines);

  /// requires: configure().
  [[nodiscard]] transcript ask_oracle(const dialogue& script);
  [[nodiscard]] transcript ask_wirebird(const dialogue& script, splitting split);

  /// How long an answer may take from now on.
  void set_patience(system_tests::milliseconds patience) { patience_ = patience; }

  [[nodiscard]] system_tests::transport where() const { return where_; }

  /// Ends both. returns: what is wrong with how the broker under test ended; empty if nothing.
  [[nodiscard]] std::string stop();

 private:
  system_tests::transport where_;
  system_tests::milliseconds patience_ = system_tests::patience;
  std::vector<std::string> lines_;
  std::unique_ptr<system_tests::broker_process> oracle_;
  std::unique_ptr<system_tests::broker_process> wirebird_;
};

}  // namespace wirebird::differential
