#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/datagram.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/time.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace wirebird::sim {

/// What a medium does to packets. Chances in 1/1000.
struct faults {
  unsigned loss = 0;
  unsigned duplication = 0;
  unsigned reordering = 0;  ///< held back by up to `held_back`
  unsigned bit_flips = 0;
  duration delay = std::chrono::microseconds(50);
  duration jitter = {};
  duration held_back = std::chrono::milliseconds(2);
  std::size_t in_flight_max = 1000;  ///< a bottleneck: what comes on top is lost
};

/// A packet under way, copied out of its frame.
struct parcel {
  std::vector<std::uint8_t> bytes;
  // Of datagrams; frames carry theirs in their bytes.
  ip_address source = {};
  ip_address destination = {};
  ip_protocol protocol{};
};

/// One direction of a medium: packets go in and come out later, or not, or twice.
class transit {
 public:
  void carry(parcel&&, instant now, random& dice, const faults&);
  /// returns: the next packet that has arrived by `now`, if any.
  [[nodiscard]] std::optional<parcel> arrive(instant now);
  /// `never`: nothing is under way.
  [[nodiscard]] instant next_arrival() const noexcept {
    return under_way_.empty() ? never : under_way_.begin()->first;
  }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  [[nodiscard]] std::uint64_t carried() const noexcept { return carried_; }

 private:
  void put(const parcel&, instant now, random& dice, const faults&);

  std::multimap<instant, parcel> under_way_;
  std::uint64_t lost_ = 0;
  std::uint64_t carried_ = 0;
};

}  // namespace wirebird::sim
