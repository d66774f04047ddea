#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/crossing/mesh.hh"
#include "dataplane/steering/counters.hh"
#include "dataplane/steering/flow_director.hh"
#include "dataplane/steering/frame_mesh.hh"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wirebird::steering {

/// One of several workers' view of a port: as if the port gave each connection's frames to its
/// worker and had a queue to send for everybody. Hands over what it receives for others, takes in
/// what others have received for it, and sends for those without a queue. Wakes whom it gives
/// something. On its worker's thread, but for wake().
class steered_queue final : public packet_queue {
 public:
  /// `device`: the worker's queue of the port, or only its frames when it has none. All outlive it.
  steered_queue(unsigned worker, packet_queue& device, frame_mesh& frames, crossing::mesh& bells,
                const flow_director& director);

  [[nodiscard]] std::size_t receive(std::span<frame> into) noexcept override;
  [[nodiscard]] std::size_t send(std::span<frame> from) noexcept override;
  [[nodiscard]] frame_pool& frames() noexcept override { return device_.frames(); }
  [[nodiscard]] mac_address mac() const noexcept override { return device_.mac(); }
  [[nodiscard]] const port_capabilities& capabilities() const noexcept override {
    return device_.capabilities();
  }
  /// Returns at once while other workers have frames for this one.
  void wait(duration longest) noexcept override;
  void wake() noexcept override { device_.wake(); }
  [[nodiscard]] bool has_moved() const noexcept override { return moved_ || waiting_ > 0; }
  [[nodiscard]] bool give_back() noexcept override;

  [[nodiscard]] const counters& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] bool has_queue() const noexcept { return self_ < mesh_.queues(); }
  void take_back() noexcept;
  [[nodiscard]] std::size_t take_in(std::span<frame> into) noexcept;
  [[nodiscard]] std::size_t poll_device(std::span<frame> into) noexcept;
  void hand_over(frame&& received, unsigned worker) noexcept;
  void tell_everyone(const frame& received) noexcept;
  void send_for_others() noexcept;
  void ring_bells() noexcept;
  [[nodiscard]] bool has_arrived() noexcept;

  unsigned self_;
  packet_queue& device_;
  frame_mesh& mesh_;
  crossing::mesh& bells_;
  const flow_director& director_;
  std::array<frame, burst_frames> to_send_;  ///< of others, copied, that the device has not taken
  std::size_t waiting_ = 0;                  ///< how many
  std::uint64_t touched_ = 0;                ///< who was given something, a bit each
  unsigned first_ = 0;                       ///< who is looked at first
  bool moved_ = false;                       ///< the last receive() did something for others
  counters counts_;
};

}  // namespace wirebird::steering
