#pragma once

#include "perf/load/sequence_check.hh"
#include "tests/faults/client.hh"
#include "tests/faults/phase.hh"

#include <string>
#include <vector>

namespace wirebird::faults {

/// The probe's stream of messages from one publisher to one subscriber. Each message carries its
/// sequence number, the time at which it was due, and a CRC-32 over both and the filling.
class probe_stream {
 public:
  static constexpr load::nanoseconds interval = load::nanoseconds_per_second / 5000;
  static constexpr std::size_t payload_bytes = 128;

  probe_stream(const std::string& host, std::uint16_t port);

  void start(load::nanoseconds now) { due_ = now; }
  [[nodiscard]] load::nanoseconds due() const { return due_; }
  /// Publishes what is due at `now`.
  void publish(load::nanoseconds now);
  /// Takes what has come.
  void receive(std::span<char> scratch, phase_figures& figures);
  void receive_at_publisher(std::span<char> scratch);
  [[nodiscard]] bool is_broken() const { return !broken_.empty(); }
  void flush() { publisher_.flush(); }

  [[nodiscard]] bool is_complete() const { return checks_.next() == sent_; }
  [[nodiscard]] int descriptor() const { return subscriber_.descriptor(); }
  [[nodiscard]] int publisher_descriptor() const { return publisher_.descriptor(); }
  void add_complaints(std::vector<std::string>& to) const;

 private:
  struct listener;

  client publisher_;
  client subscriber_;
  load::sequence_check checks_;
  load::nanoseconds due_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t torn_ = 0;
  std::string broken_;
};

}  // namespace wirebird::faults
