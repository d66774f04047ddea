#include "dataplane/port/offload.hh"

#include "dataplane/base/bytes.hh"
#include "dataplane/base/datagram.hh"

#include <rte_mbuf.h>

namespace wirebird::port {

namespace {

constexpr std::size_t ethernet_bytes = 14;
constexpr std::size_t ethertype_at = 12;
constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::size_t ipv4_protocol_at = 9;
constexpr std::size_t ipv6_next_header_at = 6;
constexpr std::size_t ipv6_bytes = 40;
constexpr std::size_t tcp_data_offset_at = 12;

std::uint16_t ethertype_of(byte_view frame) noexcept {
  return frame.size() >= ethernet_bytes ? load_be16(frame.data() + ethertype_at) : 0;
}

}  // namespace

void ask_for_checksums(rte_mbuf& packet, byte_view frame) noexcept {
  const std::uint8_t* ip = frame.data() + ethernet_bytes;
  std::size_t ip_bytes = 0;
  std::uint8_t protocol = 0;
  packet.ol_flags = 0;
  packet.tx_offload = 0;
  if (ethertype_of(frame) == ethertype_ipv4) {
    ip_bytes = std::size_t{ip[0] & 0x0fU} * 4;
    protocol = ip[ipv4_protocol_at];
    packet.ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
  } else if (ethertype_of(frame) == ethertype_ipv6) {
    ip_bytes = ipv6_bytes;
    protocol = ip[ipv6_next_header_at];
    packet.ol_flags = RTE_MBUF_F_TX_IPV6;
  } else {
    return;
  }
  packet.l2_len = ethernet_bytes;
  packet.l3_len = ip_bytes & 0x1ffU;
  if (protocol != static_cast<std::uint8_t>(ip_protocol::tcp)) return;
  packet.l4_len = ((ip[ip_bytes + tcp_data_offset_at] >> 4) * 4U) & 0xffU;
  packet.ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
}

frame_marks received_marks(const rte_mbuf& packet, byte_view frame) noexcept {
  const std::uint64_t ip = packet.ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
  const std::uint64_t l4 = packet.ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
  frame_marks marks;
  marks.checksum_wrong = ip == RTE_MBUF_F_RX_IP_CKSUM_BAD || l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD;
  // IPv6 has no checksum of its own, so drivers say nothing about it.
  const bool ip_good =
      ip == RTE_MBUF_F_RX_IP_CKSUM_GOOD || (ip == 0 && ethertype_of(frame) == ethertype_ipv6);
  marks.checksums_verified = ip_good && l4 == RTE_MBUF_F_RX_L4_CKSUM_GOOD;
  return marks;
}

}  // namespace wirebird::port
