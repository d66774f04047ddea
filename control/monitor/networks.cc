#include "control/monitor/networks.hh"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace wirebird::control {

namespace ip = boost::asio::ip;

networks::networks(std::span<const std::string> texts) : has_all_(texts.empty()) {
  for (const std::string& text : texts) {
    const bool has_length = text.find('/') != text.npos;
    const bool is_v6 = text.find(':') != text.npos;
    boost::system::error_code wrong;
    if (is_v6) {
      const auto network = ip::make_network_v6(has_length ? text : text + "/128", wrong);
      if (!wrong) v6_.push_back(network.canonical());
    } else {
      const auto network = ip::make_network_v4(has_length ? text : text + "/32", wrong);
      if (!wrong) v4_.push_back(network.canonical());
    }
  }
}

bool networks::has(std::string_view text) const {
  if (has_all_) return true;
  boost::system::error_code wrong;
  const ip::address address = ip::make_address(text, wrong);
  if (wrong) return false;
  const auto covers = [](const auto& network, const auto& host) {
    using host_network = std::remove_cvref_t<decltype(network)>;
    return host_network(host, network.prefix_length()).canonical() == network;
  };
  if (address.is_v6() && !address.to_v6().is_v4_mapped())
    return std::ranges::any_of(v6_, [&](const auto& one) { return covers(one, address.to_v6()); });
  const ip::address_v4 v4 =
      address.is_v4() ? address.to_v4() : ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return std::ranges::any_of(v4_, [&](const auto& one) { return covers(one, v4); });
}

}  // namespace wirebird::control
