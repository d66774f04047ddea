#pragma once

#include <array>
#include <cstdint>
#include <string>

struct rte_eth_conf;
struct rte_eth_dev_info;

namespace wirebird::port {

/// Receive side scaling: the device hashes the addresses and ports of a packet and looks up the
/// queue in a table, so that a connection stays on one queue. Main thread, at start-up.

/// The hash's key; a device takes as much of its beginning as it has room for. Not made to be
/// symmetric: a server sees one direction only.
using rss_key = std::array<std::uint8_t, 52>;

/// Asks for a hash over TCP's four-tuple where the device can do that. `key` stays as long as
/// `wanted`. returns: whether it can.
[[nodiscard]] bool ask_for_rss(rte_eth_conf& wanted, const rte_eth_dev_info& can,
                               const rss_key& key) noexcept;

/// What a started device does about flows.
struct spread {
  unsigned entries = 0;  ///< of its table, a power of two; 0: not as we wanted it
  std::string fault;     ///< what is wrong, or empty
};

/// Spreads the table evenly over the queues and reads back what the started device has made of it
/// and of the key: devices are known that take a table and ignore it.
[[nodiscard]] spread spread_over_queues(std::uint16_t device, std::uint16_t queues,
                                        const rss_key& key);

}  // namespace wirebird::port
