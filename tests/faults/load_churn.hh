#pragma once

#include "tests/faults/client.hh"
#include "tests/faults/crowd.hh"

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>

namespace wirebird::faults {

/// Clients that come and go, on a thread of their own: they subscribe, hear exactly what they
/// publish, and leave in each of the ways in which clients leave. Beside them one client changes
/// its subscriptions all the time, and one at a time subscribes to `wide_subject` and stops reading
/// until it is cut.
class load_churn {
 public:
  load_churn(const std::string& host, std::uint16_t port, const std::string& wide_subject,
             std::uint64_t seed);
  ~load_churn();
  load_churn(const load_churn&) = delete;
  load_churn& operator=(const load_churn&) = delete;

  [[nodiscard]] std::uint64_t connections() const { return connections_.load(); }
  [[nodiscard]] std::uint64_t subscriptions() const { return subscriptions_.load(); }
  /// Clients that did not read and were cut.
  [[nodiscard]] std::uint64_t cuts() const { return cuts_.load(); }
  /// returns: what went wrong, empty if nothing.
  [[nodiscard]] std::string stop();

 private:
  void run();
  void come_and_go();
  void leave(crowd& guests);
  void change_subscriptions(crowd& changer);
  void be_slow();

  std::string host_;
  std::uint16_t port_;
  std::string wide_subject_;
  std::mt19937_64 dice_;
  std::unique_ptr<crowd> slow_;
  std::string complaint_;
  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> subscriptions_{0};
  std::atomic<std::uint64_t> cuts_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace wirebird::faults
