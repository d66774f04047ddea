#pragma once

#include "dataplane/base/datagram.hh"
#include "dataplane/base/random.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace wirebird::sim {

/// What a wire does to datagrams. Chances in 1/1000.
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

/// A cable between two stacks, in memory: datagrams are copied in and come out at the other end
/// later, or not, as a seed decides.
class wire {
 public:
  /// Where one side sends.
  class end final : public datagram_sink {
   public:
    end(wire& cable, unsigned side) noexcept : cable_(cable), side_(side) {}
    void output(datagram&& packet, instant now) override { cable_.carry(side_, packet, now); }
    [[nodiscard]] std::size_t room() const noexcept override { return room_; }
    [[nodiscard]] std::uint32_t mtu() const noexcept override { return mtu_; }
    void set_room(std::size_t room) noexcept { room_ = room; }
    void set_mtu(std::uint32_t mtu) noexcept { mtu_ = mtu; }

   private:
    wire& cable_;
    unsigned side_;
    std::size_t room_ = 1024;
    std::uint32_t mtu_ = 1500;
  };

  wire(std::uint64_t seed, const faults& how) : dice_(seed), how_(how) {}

  [[nodiscard]] end& side(unsigned which) noexcept { return ends_[which]; }
  void set_faults(const faults& how) noexcept { how_ = how; }

  using receiver = std::function<void(datagram&&)>;
  /// Hands everything that has arrived at `side` by `now` to `to`, in frames of `frames`; without a
  /// frame it is lost. returns: how many.
  std::size_t deliver(unsigned side, frame_pool& frames, instant now, const receiver& to);
  /// When the next datagram arrives anywhere; `never`: nothing is under way.
  [[nodiscard]] instant next_arrival() const noexcept;
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  [[nodiscard]] std::uint64_t carried() const noexcept { return carried_; }

 private:
  struct parcel {
    ip_address source;
    ip_address destination;
    ip_protocol protocol{};
    std::vector<std::uint8_t> bytes;
  };

  void carry(unsigned from, const datagram& packet, instant now);
  void put(unsigned to, const parcel& what, instant now);

  random dice_;
  faults how_;
  std::array<std::multimap<instant, parcel>, 2> under_way_;  ///< by receiving side
  std::array<end, 2> ends_{end(*this, 0), end(*this, 1)};
  std::uint64_t lost_ = 0;
  std::uint64_t carried_ = 0;
};

}  // namespace wirebird::sim
