#include "dataplane/port/port.hh"

#include "dataplane/base/check.hh"
#include "dataplane/port/eal.hh"
#include "dataplane/port/frame_pool_dpdk.hh"
#include "dataplane/port/interface_facts.hh"
#include "dataplane/port/nic.hh"
#include "dataplane/port/pci_device.hh"
#include "dataplane/port/port_queue.hh"
#include "dataplane/port/tap_claim.hh"
#include "dataplane/port/xdp_claim.hh"

#include <algorithm>
#include <span>
#include <vector>

namespace wirebird::port {

/// In the order in which they start; they end in the opposite one.
struct port::parts {
  std::string name;
  unsigned queues = 1;
  std::unique_ptr<tap_claim> tap;
  std::unique_ptr<xdp_claim> xdp;
  std::unique_ptr<wirebird::port::eal> eal;
  std::vector<std::unique_ptr<frame_pool_dpdk>> pools;
  std::unique_ptr<wirebird::port::nic> nic;
  std::vector<std::unique_ptr<port_queue>> views;  ///< one for each worker
};

namespace {

frame_pool_dpdk::shape shape_of_pool(const port_options& options) {
  const nic::needs needs = nic::needs_of(options.nic.kind);
  return {.frames = options.frames_per_queue + needs.driver_frames,
          .for_hardware = options.nic.kind == nic_kind::pci,
          .lost_at_end = needs.frames_returned ? 0 : needs.driver_frames};
}

}  // namespace

std::string port::claim(const port_options& options, parts& made) {
  const nic_spec& spec = options.nic;
  check(options.workers > 0);
  made.queues = std::min(options.workers, nic::needs_of(spec.kind).queues_max);
  if (spec.kind == nic_kind::pci) return obstacle_of_pci(spec.name);
  if (spec.kind == nic_kind::tap) {
    auto taken = tap_claim::take(spec.name);
    made.tap = std::move(taken.value);
    return taken.error;
  }
  if (spec.kind != nic_kind::af_xdp) return {};
  const unsigned there = receive_queues_of(spec.name);
  if (there > spec.first_queue) made.queues = std::min(made.queues, there - spec.first_queue);
  auto taken = xdp_claim::take(spec, made.queues);
  made.xdp = std::move(taken.value);
  return taken.error;
}

std::string port::start_dpdk(const port_options& options, parts& made) {
  const auto bytes = [&](std::size_t page_bytes) {
    return nic::needs_of(options.nic.kind).memory_bytes +
           options.workers * frame_pool_dpdk::memory_bytes(shape_of_pool(options), page_bytes);
  };
  auto started = eal::start({.huge_bytes = bytes(std::size_t{2} << 20),
                             .ordinary_bytes = bytes(std::size_t{4} << 10),
                             .pci = options.nic.kind == nic_kind::pci ? options.nic.name : "",
                             .no_huge = options.no_huge,
                             .debug_log = options.debug_log});
  made.eal = std::move(started.value);
  return started.error;
}

std::string port::open_device(const port_options& options, parts& made) {
  auto device = nic::attach(options.nic, made.queues, made.eal->log());
  if (!device) return device.error;
  made.queues = std::min(made.queues, device.value->queues_max());
  for (unsigned index = 0; index < options.workers; ++index) {
    auto pool = frame_pool_dpdk::make(index, shape_of_pool(options), device.value->memory_node());
    if (!pool) return pool.error;
    made.pools.push_back(std::move(pool.value));
  }
  made.nic = std::move(device.value);
  return made.nic->start(std::span(made.pools).first(made.queues), options.key, made.eal->log());
}

port::port(std::unique_ptr<parts> made) noexcept : parts_(std::move(made)) {}
port::~port() = default;

outcome<port> port::open(const port_options& options) {
  auto made = std::make_unique<parts>();
  made->name = options.nic.name;
  std::string fault = claim(options, *made);
  if (fault.empty()) fault = start_dpdk(options, *made);
  if (fault.empty()) fault = open_device(options, *made);
  if (!fault.empty()) return outcome<port>::failure(std::move(fault));
  made->tap.reset();  // the driver has its own queues now

  for (std::uint16_t index = 0; index < options.workers; ++index) {
    const bool has_queue = index < made->queues;
    made->views.push_back(std::make_unique<port_queue>(
        port_queue::place{.device = made->nic->device(),
                          .index = index,
                          .packets = has_queue ? made->nic->wake_descriptor(index) : -1,
                          .trusts_checksums = options.trust_receive_checksums,
                          .has_queue = has_queue},
        made->nic->mac(), made->nic->capabilities(), *made->pools[index]));
  }
  return outcome<port>::of(std::unique_ptr<port>(new port(std::move(made))));
}

unsigned port::queues() const noexcept {
  return parts_->queues;
}

packet_queue& port::queue(unsigned index) noexcept {
  check(index < parts_->views.size());
  return *parts_->views[index];
}

const counters& port::counts(unsigned index) const noexcept {
  check(index < parts_->views.size());
  return parts_->views[index]->counts();
}

unsigned port::spread_entries() const noexcept {
  return parts_->nic->spread_entries();
}

device_losses port::losses() const noexcept {
  return parts_->nic->losses();
}

const std::string& port::device_name() const noexcept {
  return parts_->name;
}

const std::string& port::path() const noexcept {
  return parts_->nic->path();
}

const std::string& port::device_notice() const noexcept {
  return parts_->nic->notice();
}

const std::string& port::memory_notice() const noexcept {
  return parts_->eal->memory_notice();
}

}  // namespace wirebird::port
