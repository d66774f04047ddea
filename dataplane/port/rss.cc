#include "dataplane/port/rss.hh"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <rte_ethdev.h>

namespace wirebird::port {

namespace {

constexpr std::uint64_t four_tuples = RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP;
/// Larger tables than any device of DPDK 22.11 has would not fit its own array either.
constexpr std::uint16_t table_entries_max = RTE_ETH_RSS_RETA_SIZE_512;

using table = std::vector<rte_eth_rss_reta_entry64>;

constexpr std::size_t group_entries = RTE_ETH_RETA_GROUP_SIZE;

table empty_table(std::size_t entries) {
  table made((entries + group_entries - 1) / group_entries);
  for (std::size_t entry = 0; entry < entries; ++entry)
    made[entry / group_entries].mask |= std::uint64_t{1} << (entry % group_entries);
  return made;
}

std::uint16_t& queue_in(table& all, std::size_t entry) {
  return all[entry / group_entries].reta[entry % group_entries];
}

}  // namespace

bool ask_for_rss(rte_eth_conf& wanted, const rte_eth_dev_info& can) noexcept {
  const std::uint64_t hashes = can.flow_type_rss_offloads & four_tuples;
  if ((hashes & RTE_ETH_RSS_NONFRAG_IPV4_TCP) == 0) return false;
  wanted.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  wanted.rx_adv_conf.rss_conf.rss_hf = hashes;
  return true;
}

std::string spread_over_queues(std::uint16_t device, std::uint16_t queues) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(device, &info) != 0) return "the device does not describe itself";
  rte_eth_rss_conf hash{};
  if (rte_eth_dev_rss_hash_conf_get(device, &hash) == 0 &&
      (hash.rss_hf & RTE_ETH_RSS_NONFRAG_IPV4_TCP) == 0)
    return "the device does not hash TCP over IPv4 although it says that it can";
  const std::uint16_t entries = std::min(info.reta_size, table_entries_max);
  if (entries == 0) return {};  // no table to fill: the device spreads by itself
  table wanted = empty_table(entries);
  for (std::size_t entry = 0; entry < entries; ++entry)
    queue_in(wanted, entry) = static_cast<std::uint16_t>(entry % queues);
  if (rte_eth_dev_rss_reta_update(device, wanted.data(), entries) != 0)
    return "the device does not take a table of its queues";
  table taken = empty_table(entries);
  if (rte_eth_dev_rss_reta_query(device, taken.data(), entries) != 0) return {};
  for (std::size_t entry = 0; entry < entries; ++entry)
    if (queue_in(taken, entry) != queue_in(wanted, entry))
      return "the device does not keep the table of its queues";
  return {};
}

}  // namespace wirebird::port
