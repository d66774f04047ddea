#include "dataplane/steering/flow_director.hh"

#include "dataplane/base/datagram.hh"
#include "dataplane/net/arp.hh"
#include "dataplane/net/ethernet.hh"
#include "dataplane/net/icmp.hh"
#include "dataplane/net/ipv4.hh"

#include <array>

namespace wirebird::steering {

unsigned flow_director::worker_of(const endpoint& remote, const endpoint& local) const noexcept {
  if (local.port != ours_.port) return 0;
  std::array<std::uint8_t, toeplitz::input_bytes> tuple;
  store_be32(tuple.data(), remote.address.v4());
  store_be32(tuple.data() + 4, local.address.v4());
  store_be16(tuple.data() + 8, remote.port);
  store_be16(tuple.data() + 10, local.port);
  return (hash_(tuple) & mask_) % workers_;
}

direction flow_director::of(byte_view frame) const noexcept {
  const auto ethernet = net::ethernet_view::of(frame);
  if (!ethernet) return {};
  const byte_view packet = frame.subspan(net::ethernet_header_bytes);
  if (ethernet->type() == net::ethernet_type::ipv4) return of_ipv4(packet);
  if (ethernet->type() == net::ethernet_type::arp) return of_arp(packet);
  return {};
}

direction flow_director::of_arp(byte_view packet) const noexcept {
  const auto arp = net::arp_view::of(packet);
  const bool concerns_us =
      arp && (arp->target() == ours_.address.v4() || arp->target() == arp->sender());
  return {concerns_us ? direction::kind::everyone : direction::kind::here, 0};
}

direction flow_director::of_ipv4(byte_view packet) const noexcept {
  const auto ip = net::ipv4_view::of(packet);
  if (!ip || ip->is_fragment()) return {};
  const byte_view inside = packet.first(ip->total_bytes()).subspan(ip->header_bytes());
  if (ip->protocol() == static_cast<std::uint8_t>(ip_protocol::tcp) && inside.size() >= 4) {
    const endpoint remote{ip_address::from_v4(ip->source()), load_be16(inside.data())};
    const endpoint local{ip_address::from_v4(ip->destination()), load_be16(inside.data() + 2)};
    return {direction::kind::worker, worker_of(remote, local)};
  }
  if (ip->protocol() != static_cast<std::uint8_t>(ip_protocol::icmp)) return {};
  const auto icmp = net::icmp_view::of(inside);
  const auto error = icmp ? net::parse_tcp_error(*icmp) : std::nullopt;
  if (!error) return {};
  return {direction::kind::worker, worker_of(error->remote, error->local)};
}

}  // namespace wirebird::steering
