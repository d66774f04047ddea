#include "dataplane/port/nic.hh"

#include "dataplane/port/driver_signals.hh"
#include "dataplane/port/interface_facts.hh"
#include "dataplane/port/local_mac.hh"
#include "dataplane/port/xdp_library.hh"
#include "dataplane/port/xdp_sockets.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

namespace wirebird::port {

namespace {

constexpr const char* tap_device = "net_tap0";
constexpr const char* xdp_device = "net_af_xdp0";

constexpr std::uint64_t receive_checksums =
    RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
constexpr std::uint64_t send_checksums =
    RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

/// The TAP driver's own limit is 16 queues, but at start it lists the descriptors of all of them in
/// an array of RTE_MP_MAX_FD_NUM, 8, and writes past its end.
constexpr unsigned tap_queues_max = 4;
static_assert(2 * tap_queues_max <= RTE_MP_MAX_FD_NUM);

/// The TAP driver reads one packet at a time and only ever fills the first frame of its ring; the
/// kernel's own queue holds the packets that wait.
constexpr std::uint16_t tap_ring_frames = 1;
constexpr std::uint16_t device_ring_frames = 1024;

/// The AF_XDP driver fills a ring of this many frames for the kernel, whatever it is asked for
/// (XSK_RING_CONS__DEFAULT_NUM_DESCS of libxdp); we take as many to receive and to send.
constexpr std::uint16_t xdp_ring_frames = 2048;
/// Room that the kernel keeps in front of a packet besides our headroom (XDP_PACKET_HEADROOM).
constexpr std::uint32_t xdp_headroom_bytes = 256;
constexpr std::uint32_t ethernet_bytes = 14;
constexpr std::uint32_t xdp_mtu_max = frame_data_bytes - xdp_headroom_bytes - ethernet_bytes;
constexpr std::uint32_t mtu_max = frame_data_bytes - ethernet_bytes;

constexpr auto link_poll = std::chrono::milliseconds(50);
constexpr int link_polls_max = 100;  // five seconds: autonegotiation takes up to three

/// All of `wanted` or nothing: half an offload would have to be completed in software anyway.
std::uint64_t granted(std::uint64_t offered, std::uint64_t wanted) {
  return (offered & wanted) == wanted ? wanted : 0;
}

std::string failure(const nic_spec& spec, const char* what, int error, eal_log& log) {
  std::string cause = log.last_after("Kernel error message: ");  // libbpf's, the most telling
  if (cause.empty()) cause = log.last_line();
  if (cause.empty()) cause = rte_strerror(error < 0 ? -error : error);
  return shown(spec) + " " + what + ": " + cause;
}

}  // namespace

nic::needs nic::needs_of(nic_kind kind) noexcept {
  constexpr std::size_t mebibyte = std::size_t{1} << 20;
  switch (kind) {
    // 2 MiB, most of it a pool of 512 small buffers for segmentation; the rest is for what DPDK's
    // heap loses between blocks.
    case nic_kind::tap: return {8 * mebibyte, 0, true, tap_queues_max};
    // Frames in the ring that the kernel fills, and those that it has sent and not given back.
    // What they hold when the device closes is gone with it.
    case nic_kind::af_xdp: return {8 * mebibyte, 2UL * xdp_ring_frames, false, 64};
    case nic_kind::pci: return {32 * mebibyte, 2UL * device_ring_frames, true, 64};
    case nic_kind::vdev: break;
  }
  return {32 * mebibyte, 2UL * device_ring_frames, true, 64};
}

outcome<nic> nic::attach(const nic_spec& spec, unsigned queues, eal_log& log) {
  log.clear();
  std::unique_ptr<nic> made(new nic(spec));
  const driver_signals_withheld no_signals;
  const int error = made->create(queues);
  if (error != 0) return outcome<nic>::failure(failure(spec, "could not be opened", error, log));
  return outcome<nic>::of(std::move(made));
}

int nic::create(unsigned queues) {
  switch (spec_.kind) {
    // The driver gives the kernel's interface the address that it takes for its own. The two ends
    // of a link need different ones, so it gets the kernel's, and ours exists only in our stack: a
    // TAP device hands us every packet that the kernel sends, whatever its destination.
    case nic_kind::tap: {
      const tap_macs macs = macs_for(spec_.name);
      mac_ = macs.ours;
      return add(tap_device, "iface=" + spec_.name + ",mac=" + to_string(macs.kernels));
    }
    case nic_kind::af_xdp:
      settle_xdp_library();
      return add(xdp_device, "iface=" + spec_.name +
                                 ",start_queue=" + std::to_string(spec_.first_queue) +
                                 ",queue_count=" + std::to_string(queues) +
                                 ",busy_budget=" + std::to_string(spec_.busy_budget) +
                                 ",force_copy=" + (may_zero_copy() ? "0" : "1"));
    case nic_kind::pci: return rte_eth_dev_get_port_by_name(spec_.name.c_str(), &device_);
    case nic_kind::vdev: break;
  }
  return add(spec_.name.c_str(), spec_.arguments);
}

/// On ordinary pages most frames cross from one page to another that lies elsewhere.
bool nic::may_zero_copy() const noexcept {
  return spec_.zero_copy && rte_eal_has_hugepages() != 0;
}

int nic::add(const char* name, const std::string& arguments) {
  const int error = rte_eal_hotplug_add("vdev", name, arguments.c_str());
  return error != 0 ? error : rte_eth_dev_get_port_by_name(name, &device_);
}

int nic::memory_node() const noexcept {
  return rte_eth_dev_socket_id(device_);
}

unsigned nic::queues_max() const noexcept {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(device_, &info) != 0) return 1;
  return std::max<unsigned>(1, std::min(info.max_rx_queues, info.max_tx_queues));
}

std::string nic::start(std::span<const std::unique_ptr<frame_pool_dpdk>> pools, const rss_key& key,
                       eal_log& log) {
  log.clear();
  const driver_signals_withheld no_signals;
  const auto queues = static_cast<std::uint16_t>(pools.size());
  int error = configure(queues, key);
  if (error != 0) return failure(spec_, "could not be configured", error, log);
  error = set_up_queues(pools);
  if (error == 0) error = rte_eth_dev_start(device_);
  if (error != 0) return failure(spec_, "could not be started", error, log);
  return settle(queues, key);
}

int nic::configure(std::uint16_t queues, const rss_key& key) {
  rte_eth_dev_info info{};
  int error = rte_eth_dev_info_get(device_, &info);
  if (error != 0) return error;
  if (queues > std::min(info.max_rx_queues, info.max_tx_queues)) return -ENOTSUP;

  rte_eth_conf wanted{};
  wanted.rxmode.offloads = granted(info.rx_offload_capa, receive_checksums);
  wanted.txmode.offloads = granted(info.tx_offload_capa, send_checksums);
  wanted.intr_conf.rxq = spec_.kind == nic_kind::tap ? 1 : 0;
  // The kernel chooses a TAP device's queue: where it last saw us answer.
  if (queues > 1 && spec_.kind != nic_kind::tap) hashes_flows_ = ask_for_rss(wanted, info, key);
  error = rte_eth_dev_configure(device_, queues, queues, &wanted);
  if (error != 0) return error;

  std::uint16_t mtu = 0;
  error = rte_eth_dev_get_mtu(device_, &mtu);
  if (error != 0) return error;
  capabilities_.verifies_checksums = wanted.rxmode.offloads != 0;
  capabilities_.fills_checksums = wanted.txmode.offloads != 0;
  capabilities_.mtu = std::min<std::uint32_t>(mtu, mtu_max);
  if (spec_.kind == nic_kind::tap) return 0;
  rte_ether_addr address{};
  error = rte_eth_macaddr_get(device_, &address);
  std::memcpy(mac_.octets.data(), address.addr_bytes, mac_.octets.size());
  return error;
}

int nic::set_up_queues(std::span<const std::unique_ptr<frame_pool_dpdk>> pools) {
  std::uint16_t receive_ring = device_ring_frames;
  std::uint16_t send_ring = device_ring_frames;
  if (spec_.kind == nic_kind::tap)
    receive_ring = tap_ring_frames;
  else if (spec_.kind == nic_kind::af_xdp)
    receive_ring = send_ring = xdp_ring_frames;
  else if (const int error = rte_eth_dev_adjust_nb_rx_tx_desc(device_, &receive_ring, &send_ring);
           error != 0)
    return error;
  const auto node = static_cast<unsigned>(memory_node());
  for (std::uint16_t queue = 0; queue < pools.size(); ++queue) {
    int error = rte_eth_rx_queue_setup(device_, queue, receive_ring, node, nullptr,
                                       &pools[queue]->mempool());
    if (error != 0) return error;
    error = rte_eth_tx_queue_setup(device_, queue, send_ring, node, nullptr);
    if (error != 0) return error;
    pools[queue]->flush_cache();
  }
  return 0;
}

/// What is left to do and to find out once the device runs.
std::string nic::settle(std::uint16_t queues, const rss_key& key) {
  if (spec_.kind == nic_kind::af_xdp) return settle_xdp();
  if (spec_.kind == nic_kind::tap) {
    path_ = "TAP";
    return {};
  }
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(device_, &info) == 0) path_ = std::string("driver ") + info.driver_name;
  if (hashes_flows_) {
    const spread done = spread_over_queues(device_, queues, key);
    spread_entries_ = done.entries;
    if (!done.fault.empty())
      notice_ = shown(spec_) + ": " + done.fault + "; connections reach their worker by another";
  }
  wait_for_link();
  return {};
}

std::string nic::settle_xdp() {
  auto link = xdp_link::take_over(spec_.name);
  if (!link) return link.error;
  xdp_ = std::move(link.value);
  xdp_sockets_ = own_xdp_sockets();
  const bool zero_copy = !xdp_sockets_.empty() && is_zero_copy(xdp_sockets_.front());
  path_ = std::string("AF_XDP, ") + (xdp_->is_native() ? "native" : "generic") +
          (zero_copy ? ", zero copy" : ", copied") +
          (spec_.busy_budget > 0 ? ", busy budget " + std::to_string(spec_.busy_budget) : "");
  const auto facts = facts_of_interface(spec_.name);
  const std::uint32_t mtu = facts ? facts->mtu : capabilities_.mtu;
  capabilities_.mtu = std::min(mtu, xdp_mtu_max);
  if (spec_.zero_copy && !zero_copy)
    notice_ = shown(spec_) + " is read with copies: zero copy takes " +
              (may_zero_copy() ? "a driver that has it" : "huge pages");
  if (mtu > xdp_mtu_max)
    notice_ = shown(spec_) + " has an MTU of " + std::to_string(mtu) + "; packets longer than " +
              std::to_string(xdp_mtu_max) +
              " bytes do not fit a frame "
              "and are lost: ip link set " +
              spec_.name + " mtu 1500";
  return {};
}

/// A cable may come later, so its absence is worth a word and no more.
void nic::wait_for_link() {
  for (int poll = 0; poll < link_polls_max; ++poll) {
    rte_eth_link link{};
    if (rte_eth_link_get_nowait(device_, &link) != 0 || link.link_status == RTE_ETH_LINK_UP) return;
    std::this_thread::sleep_for(link_poll);
  }
  notice_ = shown(spec_) + " has no link after five seconds; going on without";
}

nic::~nic() {
  if (device_ == no_device) return;
  xdp_.reset();
  rte_eth_dev_stop(device_);
  rte_eth_dev_close(device_);
}

int nic::wake_descriptor(std::uint16_t queue) const noexcept {
  if (spec_.kind == nic_kind::tap) return rte_eth_dev_rx_intr_ctl_q_get_fd(device_, queue);
  return queue < xdp_sockets_.size() ? xdp_sockets_[queue] : -1;
}

device_losses nic::losses() const noexcept {
  if (spec_.kind == nic_kind::af_xdp) {
    device_losses all;
    for (const int socket : xdp_sockets_) all += losses_of(socket);
    return all;
  }
  rte_eth_stats stats{};
  if (rte_eth_stats_get(device_, &stats) != 0) return {};
  return {.missed = stats.imissed,
          .receive_errors = stats.ierrors,
          .no_frame = stats.rx_nombuf,
          .send_errors = stats.oerrors};
}

}  // namespace wirebird::port
