#pragma once

#include <cstdint>
#include <string>

struct rte_eth_conf;
struct rte_eth_dev_info;

namespace wirebird::port {

/// Receive side scaling: the device hashes the addresses and ports of a packet and looks up the
/// queue in a table, so that a connection stays on one queue. Main thread, at start-up.

/// Asks for a hash over TCP's four-tuple where the device can do that. returns: whether it can.
[[nodiscard]] bool ask_for_rss(rte_eth_conf& wanted, const rte_eth_dev_info& can) noexcept;

/// Spreads the table evenly over the queues and reads back what the started device has made of it:
/// devices are known that take a table and ignore it.
/// returns: what is wrong, or an empty text.
[[nodiscard]] std::string spread_over_queues(std::uint16_t device, std::uint16_t queues);

}  // namespace wirebird::port
