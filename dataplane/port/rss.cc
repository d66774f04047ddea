#include "dataplane/port/rss.hh"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

#include <rte_ethdev.h>

namespace wirebird::port {

namespace {

constexpr std::uint64_t four_tuples = RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP;
/// Larger tables than any device of DPDK 22.11 has would not fit its own array either.
constexpr std::uint16_t table_entries_max = RTE_ETH_RSS_RETA_SIZE_512;
/// A device may write as much key as it has.
constexpr std::size_t key_bytes_max = 256;

/// Drivers that do not say have the usual length.
std::uint8_t key_bytes_of(const rte_eth_dev_info& info) noexcept {
  constexpr std::uint8_t usual = 40;
  return info.hash_key_size == 0 ? usual : info.hash_key_size;
}

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

bool ask_for_rss(rte_eth_conf& wanted, const rte_eth_dev_info& can, const rss_key& key) noexcept {
  const std::uint64_t hashes = can.flow_type_rss_offloads & four_tuples;
  if ((hashes & RTE_ETH_RSS_NONFRAG_IPV4_TCP) == 0) return false;
  wanted.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  wanted.rx_adv_conf.rss_conf.rss_hf = hashes;
  const std::uint8_t size = key_bytes_of(can);
  if (size > key.size()) return true;  // the device keeps its own
  // DPDK does not write to it.
  wanted.rx_adv_conf.rss_conf.rss_key = const_cast<std::uint8_t*>(key.data());
  wanted.rx_adv_conf.rss_conf.rss_key_len = size;
  return true;
}

namespace {

/// Once more, for drivers that do not look at what they are configured with.
void set_hash(std::uint16_t device, const rte_eth_dev_info& info, const rss_key& key) {
  rte_eth_conf wanted{};
  if (ask_for_rss(wanted, info, key))
    static_cast<void>(rte_eth_dev_rss_hash_update(device, &wanted.rx_adv_conf.rss_conf));
}

/// What is wrong with the hash of the started device, or an empty text.
std::string fault_of_hash(std::uint16_t device, const rte_eth_dev_info& info, const rss_key& key) {
  std::array<std::uint8_t, key_bytes_max> kept{};
  rte_eth_rss_conf hash{};
  hash.rss_key = kept.data();
  hash.rss_key_len = static_cast<std::uint8_t>(kept.size());
  if (rte_eth_dev_rss_hash_conf_get(device, &hash) != 0)
    return "the device does not say how it hashes";
  if ((hash.rss_hf & RTE_ETH_RSS_NONFRAG_IPV4_TCP) == 0)
    return "the device does not hash TCP over IPv4 although it says that it can";
  const std::size_t size = std::min<std::size_t>(key_bytes_of(info), key.size());
  if (!std::equal(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(size), kept.begin()))
    return "the device hashes with a key of its own";
  return {};
}

}  // namespace

spread spread_over_queues(std::uint16_t device, std::uint16_t queues, const rss_key& key) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(device, &info) != 0) return {0, "the device does not describe itself"};
  const std::uint16_t entries = std::min(info.reta_size, table_entries_max);
  if (entries == 0) return {};  // no table to fill: the device spreads by itself
  table wanted = empty_table(entries);
  for (std::size_t entry = 0; entry < entries; ++entry)
    queue_in(wanted, entry) = static_cast<std::uint16_t>(entry % queues);
  if (rte_eth_dev_rss_reta_update(device, wanted.data(), entries) != 0)
    return {0, "the device does not take a table of its queues"};
  table taken = empty_table(entries);
  if (rte_eth_dev_rss_reta_query(device, taken.data(), entries) != 0)
    return {0, "the device does not show the table of its queues"};
  for (std::size_t entry = 0; entry < entries; ++entry)
    if (queue_in(taken, entry) != queue_in(wanted, entry))
      return {0, "the device does not keep the table of its queues"};
  set_hash(device, info, key);
  if (std::string fault = fault_of_hash(device, info, key); !fault.empty())
    return {0, std::move(fault)};
  return {std::has_single_bit(entries) ? entries : 0U, {}};
}

}  // namespace wirebird::port
