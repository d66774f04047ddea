#pragma once

#include "perf/load/sequence_check.hh"
#include "tests/faults/client.hh"

#include <deque>
#include <string>
#include <vector>

#include <poll.h>

namespace wirebird::faults {

/// One publisher and many subscribers of one subject, on their owner's thread; every subscriber
/// judges every message. For scenarios in which a fan-out is what suffers or what hurts.
class fan {
 public:
  static constexpr std::uint64_t window = 256;

  fan(const std::string& host, std::uint16_t port, const std::string& subject,
      std::size_t subscribers, std::size_t payload_bytes);

  /// Publishes at `rate` messages a second for `span`, receiving all the time; a rate of 0 is as
  /// fast as the broker reads, but at most about `window` messages ahead of the slowest subscriber:
  /// without that it would only show when slow consumers are cut. returns: messages published.
  std::uint64_t run(double rate, load::nanoseconds span);
  /// Receives until all have everything. returns: whether they got it in time.
  bool drain(load::nanoseconds limit);

  [[nodiscard]] std::uint64_t published() const { return published_; }
  [[nodiscard]] std::uint64_t delivered() const;
  /// What went wrong, empty if nothing.
  [[nodiscard]] std::string complaint() const;

 private:
  struct listener;
  struct subscriber {
    client link;
    load::sequence_check checks;
    bool broken = false;
  };

  /// So many messages in one go, unless earlier ones still wait here.
  void publish(std::uint64_t count);
  [[nodiscard]] std::uint64_t due(double rate, load::nanoseconds passed,
                                  std::uint64_t already) const;
  void receive(int wait_ms);
  [[nodiscard]] std::uint64_t slowest() const;

  client publisher_;
  std::deque<subscriber> subscribers_;
  std::vector<pollfd> watched_;
  std::vector<char> scratch_;
  std::string frame_;
  std::size_t sequence_at_;
  std::uint64_t published_ = 0;
};

}  // namespace wirebird::faults
