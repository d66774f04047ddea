#include "dataplane/port/nic.hh"

#include "dataplane/port/driver_signals.hh"
#include "dataplane/port/local_mac.hh"

#include <cerrno>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

namespace wirebird::port {

namespace {

constexpr const char* vdev_name = "net_tap0";

constexpr std::uint64_t receive_checksums =
    RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
constexpr std::uint64_t send_checksums =
    RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

static_assert(2 * nic::queues_max <= RTE_MP_MAX_FD_NUM);

/// All of `wanted` or nothing: half an offload would have to be completed in software anyway.
std::uint64_t granted(std::uint64_t offered, std::uint64_t wanted) {
  return (offered & wanted) == wanted ? wanted : 0;
}

}  // namespace

outcome<nic> nic::open(const nic_spec& spec,
                       std::span<const std::unique_ptr<frame_pool_dpdk>> pools, eal_log& log) {
  const auto failure = [&](const char* what, int error) {
    std::string cause = log.last_line();
    if (cause.empty()) cause = rte_strerror(error < 0 ? -error : error);
    return outcome<nic>::failure("TAP device " + spec.tap + " " + what + ": " + cause);
  };
  log.clear();
  const tap_macs macs = macs_for(spec.tap);
  std::unique_ptr<nic> device(new nic);
  device->mac_ = macs.ours;
  const driver_signals_withheld no_signals;
  int error = device->create(spec.tap, macs.kernels);
  if (error != 0) return failure("could not be created", error);
  error = device->configure(static_cast<std::uint16_t>(pools.size()));
  if (error != 0) return failure("could not be configured", error);
  error = device->start(pools);
  if (error != 0) return failure("could not be started", error);
  return outcome<nic>::of(std::move(device));
}

/// The driver gives the kernel's interface the address that it takes for its own. The two ends of a
/// link need different ones, so it gets the kernel's, and ours exists only in our stack: a TAP
/// device hands us every packet that the kernel sends, whatever its destination.
int nic::create(const std::string& tap, const mac_address& kernels) {
  const std::string arguments = "iface=" + tap + ",mac=" + to_string(kernels);
  const int error = rte_eal_hotplug_add("vdev", vdev_name, arguments.c_str());
  if (error != 0) return error;
  return rte_eth_dev_get_port_by_name(vdev_name, &device_);
}

int nic::configure(std::uint16_t queues) {
  rte_eth_dev_info info{};
  int error = rte_eth_dev_info_get(device_, &info);
  if (error != 0) return error;

  rte_eth_conf wanted{};
  wanted.rxmode.offloads = granted(info.rx_offload_capa, receive_checksums);
  wanted.txmode.offloads = granted(info.tx_offload_capa, send_checksums);
  wanted.intr_conf.rxq = 1;
  error = rte_eth_dev_configure(device_, queues, queues, &wanted);
  if (error != 0) return error;

  std::uint16_t mtu = 0;
  error = rte_eth_dev_get_mtu(device_, &mtu);
  if (error != 0) return error;
  capabilities_.verifies_checksums = wanted.rxmode.offloads != 0;
  capabilities_.fills_checksums = wanted.txmode.offloads != 0;
  capabilities_.mtu = mtu;
  return 0;
}

int nic::start(std::span<const std::unique_ptr<frame_pool_dpdk>> pools) {
  const auto node = static_cast<unsigned>(rte_eth_dev_socket_id(device_));
  for (std::uint16_t queue = 0; queue < pools.size(); ++queue) {
    int error = rte_eth_rx_queue_setup(device_, queue, receive_ring_frames, node, nullptr,
                                       &pools[queue]->mempool());
    if (error != 0) return error;
    error = rte_eth_tx_queue_setup(device_, queue, 0, node, nullptr);
    if (error != 0) return error;
    pools[queue]->flush_cache();
  }
  return rte_eth_dev_start(device_);
}

nic::~nic() {
  if (device_ == no_device) return;
  rte_eth_dev_stop(device_);
  rte_eth_dev_close(device_);
}

int nic::wake_descriptor(std::uint16_t queue) const noexcept {
  return rte_eth_dev_rx_intr_ctl_q_get_fd(device_, queue);
}

device_losses nic::losses() const noexcept {
  rte_eth_stats stats{};
  if (rte_eth_stats_get(device_, &stats) != 0) return {};
  return {.missed = stats.imissed, .receive_errors = stats.ierrors, .no_frame = stats.rx_nombuf};
}

}  // namespace wirebird::port
