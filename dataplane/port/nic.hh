#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/port/counters.hh"
#include "dataplane/port/eal_log.hh"
#include "dataplane/port/frame_pool_dpdk.hh"
#include "dataplane/port/nic_spec.hh"
#include "dataplane/port/outcome.hh"
#include "dataplane/port/rss.hh"
#include "dataplane/port/xdp_link.hh"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace wirebird::port {

/// One device, with as many queue pairs as it was given pools. On the main thread; it must end
/// after the workers that use its queues, and before its pools.
class nic {
 public:
  /// What DPDK's driver for this kind of device takes and can do, known before it is opened.
  struct needs {
    std::size_t memory_bytes = 0;   ///< of DPDK's, besides the frames
    std::size_t driver_frames = 0;  ///< per queue, that the driver keeps while the device is open
    bool frames_returned = true;    ///< the driver gives them back when it closes
    unsigned queues_max = 0;
  };
  [[nodiscard]] static needs needs_of(nic_kind) noexcept;

  /// Makes the device known to DPDK, so that its place in the machine is.
  [[nodiscard]] static outcome<nic> attach(const nic_spec&, unsigned queues, eal_log&);
  ~nic();
  nic(const nic&) = delete;
  nic& operator=(const nic&) = delete;

  /// Where its frames should lie; -1: anywhere.
  [[nodiscard]] int memory_node() const noexcept;
  /// Queue pairs that the device can have; at least 1.
  [[nodiscard]] unsigned queues_max() const noexcept;
  /// Opens a queue pair for each pool, and spreads flows over them where the device can do that.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string start(std::span<const std::unique_ptr<frame_pool_dpdk>> pools,
                                  const rss_key&, eal_log&);

  // Of a started device.
  [[nodiscard]] std::uint16_t device() const noexcept { return device_; }
  [[nodiscard]] const mac_address& mac() const noexcept { return mac_; }
  [[nodiscard]] const port_capabilities& capabilities() const noexcept { return capabilities_; }
  /// returns: a descriptor that is readable while frames wait in the queue, or -1.
  [[nodiscard]] int wake_descriptor(std::uint16_t queue) const noexcept;
  [[nodiscard]] device_losses losses() const noexcept;
  /// Entries of its table, as port::spread_entries() says.
  [[nodiscard]] unsigned spread_entries() const noexcept { return spread_entries_; }
  /// How packets get here, for the log: `AF_XDP, native, copied`.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Something that the operator should know although all is well; else empty.
  [[nodiscard]] const std::string& notice() const noexcept { return notice_; }

 private:
  explicit nic(const nic_spec& spec) : spec_(spec) {}
  [[nodiscard]] int create(unsigned queues);
  [[nodiscard]] bool may_zero_copy() const noexcept;
  [[nodiscard]] int add(const char* name, const std::string& arguments);
  [[nodiscard]] int configure(std::uint16_t queues, const rss_key&);
  [[nodiscard]] int set_up_queues(std::span<const std::unique_ptr<frame_pool_dpdk>> pools);
  [[nodiscard]] std::string settle(std::uint16_t queues, const rss_key&);
  [[nodiscard]] std::string settle_xdp();
  void wait_for_link();

  nic_spec spec_;
  std::uint16_t device_ = no_device;
  mac_address mac_;
  port_capabilities capabilities_;
  bool hashes_flows_ = false;
  unsigned spread_entries_ = 0;
  std::unique_ptr<xdp_link> xdp_;
  std::vector<int> xdp_sockets_;  ///< one a queue; the driver's
  std::string path_;
  std::string notice_;

  static constexpr std::uint16_t no_device = 0xffff;
};

}  // namespace wirebird::port
