#include "dataplane/port/port.hh"

#include "dataplane/base/check.hh"
#include "dataplane/port/eal.hh"
#include "dataplane/port/frame_pool_dpdk.hh"
#include "dataplane/port/nic.hh"
#include "dataplane/port/port_queue.hh"
#include "dataplane/port/tap_claim.hh"

#include <vector>

namespace wirebird::port {

/// In the order in which they start; they end in the opposite one.
struct port::parts {
  std::string name;
  std::unique_ptr<wirebird::port::eal> eal;
  std::vector<std::unique_ptr<frame_pool_dpdk>> pools;
  std::unique_ptr<wirebird::port::nic> nic;
  std::vector<std::unique_ptr<port_queue>> queues;
};

port::port(std::unique_ptr<parts> made) noexcept : parts_(std::move(made)) {}
port::~port() = default;

outcome<port> port::open(const port_options& options) {
  if (options.queues == 0 || options.queues > nic::queues_max)
    return outcome<port>::failure("TAP device " + options.nic.tap + " has 1 to " +
                                  std::to_string(nic::queues_max) + " queues, not " +
                                  std::to_string(options.queues) + ": use fewer workers");
  auto claim = tap_claim::take(options.nic.tap);
  if (!claim) return outcome<port>::failure(std::move(claim.error));

  auto made = std::make_unique<parts>();
  made->name = options.nic.tap;
  const auto bytes = [&](std::size_t page_bytes) {
    return nic::memory_bytes +
           options.queues * frame_pool_dpdk::memory_bytes(options.frames_per_queue, page_bytes);
  };
  auto environment = eal::start({.huge_bytes = bytes(std::size_t{2} << 20),
                                 .ordinary_bytes = bytes(std::size_t{4} << 10),
                                 .no_huge = options.no_huge,
                                 .debug_log = options.debug_log});
  if (!environment) return outcome<port>::failure(std::move(environment.error));
  made->eal = std::move(environment.value);

  for (unsigned index = 0; index < options.queues; ++index) {
    auto pool = frame_pool_dpdk::make(index, options.frames_per_queue);
    if (!pool) return outcome<port>::failure(std::move(pool.error));
    made->pools.push_back(std::move(pool.value));
  }
  auto device = nic::open(options.nic, made->pools, made->eal->log());
  if (!device) return outcome<port>::failure(std::move(device.error));
  made->nic = std::move(device.value);

  for (std::uint16_t index = 0; index < options.queues; ++index)
    made->queues.push_back(std::make_unique<port_queue>(
        port_queue::place{.device = made->nic->device(),
                          .index = index,
                          .wake = made->nic->wake_descriptor(index)},
        made->nic->mac(), made->nic->capabilities(), *made->pools[index]));
  return outcome<port>::of(std::unique_ptr<port>(new port(std::move(made))));
}

unsigned port::queues() const noexcept {
  return static_cast<unsigned>(parts_->queues.size());
}

packet_queue& port::queue(unsigned index) noexcept {
  check(index < parts_->queues.size());
  return *parts_->queues[index];
}

const counters& port::counts(unsigned index) const noexcept {
  check(index < parts_->queues.size());
  return parts_->queues[index]->counts();
}

device_losses port::losses() const noexcept {
  return parts_->nic->losses();
}

const std::string& port::device_name() const noexcept {
  return parts_->name;
}

const std::string& port::memory_notice() const noexcept {
  return parts_->eal->memory_notice();
}

}  // namespace wirebird::port
