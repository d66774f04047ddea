#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/base/random.hh"
#include "tests/sim/clock.hh"
#include "tests/sim/transit.hh"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace wirebird::sim {

/// An Ethernet in memory, for whole workers: a hub with as many packet_queues as a test attaches.
/// Frames for one address reach its port, frames for a group all others, later, or not, as a seed
/// decides. Frames for nobody are lost, as behind a switch.
class lan {
 public:
  /// One machine's port. Its faults are the lan's; nothing is offloaded unless the capabilities say
  /// so, and then they are a lie.
  class port final : public lone_queue {
   public:
    port(lan& hub, frame_pool& pool, const mac_address& mac, const port_capabilities& can) noexcept
        : hub_(hub), pool_(pool), mac_(mac), capabilities_(can) {}

    [[nodiscard]] std::size_t receive(std::span<frame> into) noexcept override;
    [[nodiscard]] std::size_t send(std::span<frame> from) noexcept override;
    [[nodiscard]] frame_pool& frames() noexcept override { return pool_; }
    [[nodiscard]] mac_address mac() const noexcept override { return mac_; }
    [[nodiscard]] const port_capabilities& capabilities() const noexcept override {
      return capabilities_;
    }
    void wait(duration) noexcept override {}

    /// An unplugged port loses what it sends and what arrives.
    void plug(bool in) noexcept { plugged_ = in; }

   private:
    friend lan;
    lan& hub_;
    frame_pool& pool_;
    mac_address mac_;
    port_capabilities capabilities_;
    transit towards_;
    bool plugged_ = true;
  };

  lan(const clock& time, std::uint64_t seed, const faults& how)
      : time_(time), dice_(seed), how_(how) {}

  /// `pool` outlives the lan. returns: the port; it lives as long as the lan.
  port& attach(frame_pool& pool, const mac_address&, const port_capabilities& = {});
  void set_faults(const faults& how) noexcept { how_ = how; }
  /// When the next frame arrives anywhere; `never`: nothing is under way.
  [[nodiscard]] instant next_arrival() const noexcept;

 private:
  void carry(const port& from, byte_view bytes);

  const clock& time_;
  random dice_;
  faults how_;
  std::deque<port> ports_;
};

}  // namespace wirebird::sim
