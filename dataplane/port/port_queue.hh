#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/port/counters.hh"
#include "dataplane/port/frame_pool_dpdk.hh"

#include <cstdint>

struct rte_mbuf;

namespace wirebird::port {

/// One queue pair of the device and its frames, for one worker; or only the frames, for a worker
/// for which the device has no queue: it receives nothing and sends by others. Made and ended on
/// the main thread; everything else on the worker's, which DPDK is told about at the first
/// receive().
class port_queue final : public lone_queue {
 public:
  /// The device is started; `pool` is the one its receive queue `index` was set up with. `packets`:
  /// readable while frames wait, or -1 where the driver has no such descriptor.
  struct place {
    std::uint16_t device = 0;
    std::uint16_t index = 0;
    int packets = -1;
    bool trusts_checksums = false;  ///< of received packets, whatever the driver says
    bool has_queue = true;
  };
  port_queue(place, const mac_address&, const port_capabilities&, frame_pool_dpdk& pool) noexcept;
  ~port_queue() override;
  port_queue(const port_queue&) = delete;
  port_queue& operator=(const port_queue&) = delete;

  /// Frames that do not fit one buffer are dropped and counted.
  [[nodiscard]] std::size_t receive(std::span<frame> into) noexcept override;
  /// Frames that no driver could send are dropped and counted, so they never block those behind.
  [[nodiscard]] std::size_t send(std::span<frame> from) noexcept override;
  [[nodiscard]] frame_pool& frames() noexcept override { return pool_; }
  [[nodiscard]] mac_address mac() const noexcept override { return mac_; }
  [[nodiscard]] const port_capabilities& capabilities() const noexcept override {
    return capabilities_;
  }
  /// Sleeps on the driver's descriptor; without one for at most a tenth of a millisecond.
  void wait(duration longest) noexcept override;
  void wake() noexcept override;

  [[nodiscard]] const counters& counts() const noexcept { return counts_; }

 private:
  void meet_thread() noexcept;
  [[nodiscard]] bool is_sendable(const frame&) const noexcept;
  [[nodiscard]] std::size_t send_run(std::span<frame> run) noexcept;

  frame_pool_dpdk& pool_;
  place place_;
  mac_address mac_;
  port_capabilities capabilities_;
  bool thread_met_ = false;
  int wake_;  ///< readable when another thread wants this one awake; -1: there is none
  counters counts_;
};

}  // namespace wirebird::port
