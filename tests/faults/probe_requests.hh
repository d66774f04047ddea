#pragma once

#include "tests/faults/client.hh"
#include "tests/faults/phase.hh"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace wirebird::faults {

/// The probe's requesters, 10 requests a second each, and the one responder that echoes.
class probe_requests {
 public:
  static constexpr std::size_t requesters = 20;
  static constexpr load::nanoseconds interval = load::nanoseconds_per_second / (10 * requesters);

  probe_requests(const std::string& host, std::uint16_t port);

  void start(load::nanoseconds now) { due_ = now; }
  [[nodiscard]] load::nanoseconds due() const { return due_; }
  void send(load::nanoseconds now);
  void receive(std::size_t client_index, std::span<char> scratch, phase_figures& figures);
  [[nodiscard]] bool is_broken() const { return !broken_.empty(); }
  void flush();

  /// Clients by index: the responder first.
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }
  [[nodiscard]] int descriptor(std::size_t index) const { return clients_[index].descriptor(); }
  [[nodiscard]] bool is_complete() const { return waiting_.empty(); }
  void add_complaints(std::vector<std::string>& to) const;

 private:
  struct listener;

  std::deque<client> clients_;
  std::map<std::uint64_t, load::nanoseconds> waiting_;  // request -> when it was due
  load::nanoseconds due_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t unasked_ = 0;
  std::string broken_;
};

}  // namespace wirebird::faults
