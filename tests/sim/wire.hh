#pragma once

#include "dataplane/base/datagram.hh"
#include "dataplane/base/random.hh"
#include "tests/sim/transit.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace wirebird::sim {

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

  /// Looks at every datagram as it is sent by `side`. returns: false when it is to be lost.
  using gate = std::function<bool(unsigned side, const datagram&, instant now)>;
  void set_gate(gate what) { gate_ = std::move(what); }
  /// Loses what is under way.
  void cut() noexcept { towards_ = {}; }

  using receiver = std::function<void(datagram&&)>;
  /// Hands everything that has arrived at `side` by `now` to `to`, in frames of `frames`; without a
  /// frame it is lost. returns: how many.
  std::size_t deliver(unsigned side, frame_pool& frames, instant now, const receiver& to);
  /// When the next datagram arrives anywhere; `never`: nothing is under way.
  [[nodiscard]] instant next_arrival() const noexcept;

 private:
  void carry(unsigned from, const datagram& packet, instant now);

  gate gate_;
  random dice_;
  faults how_;
  std::array<transit, 2> towards_;
  std::array<end, 2> ends_{end(*this, 0), end(*this, 1)};
};

}  // namespace wirebird::sim
