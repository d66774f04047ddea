#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/port/counters.hh"
#include "dataplane/port/eal_log.hh"
#include "dataplane/port/frame_pool_dpdk.hh"
#include "dataplane/port/nic_spec.hh"
#include "dataplane/port/outcome.hh"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace wirebird::port {

/// One started device with as many queue pairs as it was given pools. On the main thread; it must
/// end after the workers that use its queues, and before its pools.
class nic {
 public:
  /// DPDK memory that the driver takes besides the frames: 2 MiB, most of it a pool of 512 small
  /// buffers for segmentation; the rest is for what DPDK's heap loses between blocks.
  static constexpr std::size_t memory_bytes = std::size_t{8} << 20;
  /// Frames that the driver keeps for packets to come, per queue. The TAP driver reads one packet
  /// at a time and only ever fills the first; the kernel's own queue holds those that wait.
  static constexpr std::uint16_t receive_ring_frames = 1;
  /// Queue pairs that a TAP device can have. The driver's own limit is 16, but at start it lists
  /// the descriptors of all queues in an array of RTE_MP_MAX_FD_NUM, 8, and writes past its end.
  static constexpr unsigned queues_max = 4;

  /// `pools`: one per queue pair; 1 to queues_max.
  [[nodiscard]] static outcome<nic> open(const nic_spec&,
                                         std::span<const std::unique_ptr<frame_pool_dpdk>> pools,
                                         eal_log&);
  ~nic();
  nic(const nic&) = delete;
  nic& operator=(const nic&) = delete;

  [[nodiscard]] std::uint16_t device() const noexcept { return device_; }
  [[nodiscard]] const mac_address& mac() const noexcept { return mac_; }
  [[nodiscard]] const port_capabilities& capabilities() const noexcept { return capabilities_; }
  /// returns: a descriptor that is readable while frames wait in the queue, or -1.
  [[nodiscard]] int wake_descriptor(std::uint16_t queue) const noexcept;
  [[nodiscard]] device_losses losses() const noexcept;

 private:
  nic() = default;
  [[nodiscard]] int create(const std::string& tap, const mac_address& kernels);
  [[nodiscard]] int configure(std::uint16_t queues);
  [[nodiscard]] int start(std::span<const std::unique_ptr<frame_pool_dpdk>> pools);

  std::uint16_t device_ = no_device;
  mac_address mac_;
  port_capabilities capabilities_;

  static constexpr std::uint16_t no_device = 0xffff;
};

}  // namespace wirebird::port
