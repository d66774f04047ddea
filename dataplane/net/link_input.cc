#include "dataplane/net/link.hh"

#include <algorithm>
#include <utility>

namespace wirebird::net {

std::optional<datagram> link::input(frame&& received, instant now) noexcept {
  frame packet = std::move(received);
  counts_.frames_received.add();
  const auto ethernet = ethernet_view::of(packet.bytes());
  if (!ethernet) {
    counts_.ethernet_too_short.add();
    return std::nullopt;
  }
  if (!ethernet->is_to(mac_) && !ethernet->is_to_group()) {
    counts_.ethernet_not_for_us.add();
    return std::nullopt;
  }
  if (ethernet->is_from_group() || ethernet->is_from(mac_)) {
    counts_.ethernet_source_wrong.add();
    return std::nullopt;
  }
  packet.trim_front(ethernet_header_bytes);
  switch (ethernet->type()) {
    case ethernet_type::ipv4: return receive_ipv4(std::move(packet), *ethernet, now);
    case ethernet_type::arp: receive_arp(std::move(packet), now); break;
    case ethernet_type::vlan:
    case ethernet_type::service_vlan: counts_.ethernet_vlan_tagged.add(); break;
    default: counts_.ethernet_type_unknown.add(); break;
  }
  return std::nullopt;
}

// --- IPv4 ---

std::optional<datagram> link::receive_ipv4(frame&& received, const ethernet_view& ethernet,
                                           instant now) noexcept {
  frame packet = std::move(received);
  const auto view = ipv4_view::of(packet.bytes());
  if (!view) {
    counts_.ipv4_malformed.add();
    return std::nullopt;
  }
  if (counter* reason = refuse_ipv4(*view, packet.marks(), ethernet)) {
    reason->add();
    return std::nullopt;
  }
  packet.truncate(view->total_bytes());  // what follows is padding of a short frame
  const ipv4_address source = view->source();
  const std::uint32_t header_bytes = view->header_bytes();
  switch (static_cast<ip_protocol>(view->protocol())) {
    case ip_protocol::tcp:
      counts_.tcp_delivered.add();
      packet.trim_front(header_bytes);
      return datagram{ip_address::from_v4(source), ip_address::from_v4(network_.ours()),
                      ip_protocol::tcp, std::move(packet)};
    case ip_protocol::icmp:
      packet.trim_front(header_bytes);
      receive_icmp(std::move(packet), {source, ethernet.source()}, now);
      break;
    default: answer_unknown_protocol(std::move(packet), {source, ethernet.source()}, now); break;
  }
  return std::nullopt;
}

counter* link::refuse_ipv4(const ipv4_view& packet, const frame_marks& marks,
                           const ethernet_view& ethernet) noexcept {
  if (!marks.checksums_verified && !packet.checksum_holds()) return &counts_.ipv4_checksum_wrong;
  // Where a packet goes comes first: the rest of the network's broadcasts is no fault of theirs.
  if (packet.destination() != network_.ours()) return &counts_.ipv4_not_for_us;
  if (ethernet.is_to_group()) return &counts_.ipv4_in_link_broadcast;
  if (!network_.is_host(packet.source()) || packet.source() == network_.ours())
    return &counts_.ipv4_source_wrong;
  if (packet.is_fragment()) return &counts_.ipv4_fragments;
  return nullptr;
}

// --- ICMP ---

void link::receive_icmp(frame&& received, const correspondent& from, instant now) noexcept {
  frame message = std::move(received);
  const auto view = icmp_view::of(message.bytes());
  // The port's marks speak of TCP; over ICMP they promise nothing.
  if (!view || !view->checksum_holds()) {
    counts_.icmp_malformed.add();
    return;
  }
  if (view->type() == icmp_type::echo_request) {
    answer_echo(std::move(message), parse(*view), from, now);
    return;
  }
  const auto error = parse_tcp_error(*view);
  if (!error || error->local.address != ip_address::from_v4(network_.ours())) {
    counts_.icmp_ignored.add();
    return;
  }
  counts_.icmp_errors_about_tcp.add();
  if (path_errors_ != nullptr) path_errors_->on_path_error(*error, now);
}

// RFC 1122 3.2.2.6: the reply carries what the request carried, and comes from the address that
// the request went to.
void link::answer_echo(frame&& request, const icmp_header& header, const correspondent& from,
                       instant now) noexcept {
  frame message = std::move(request);
  if (!echoes_.allow(now)) {
    counts_.icmp_echo_rate_limited.add();
    return;
  }
  counts_.icmp_echoes_answered.add();
  emit(icmp_header{icmp_type::echo_reply, 0, header.rest}, message.writable());
  reply(std::move(message), from);
}

// RFC 1122 3.2.2.1. The offending packet is still in the frame: what of it fits becomes the quote.
void link::answer_unknown_protocol(frame&& packet, const correspondent& from,
                                   instant now) noexcept {
  frame message = std::move(packet);
  constexpr std::uint32_t in_front = icmp_header_bytes + ipv4_header_bytes + ethernet_header_bytes;
  if (message.headroom() < in_front || !errors_.allow(now)) {
    counts_.ipv4_protocol_unknown.add();
    return;
  }
  counts_.icmp_unreachables_sent.add();
  message.truncate(std::min(message.size(), icmp_quote_bytes_max));
  message.prepend(icmp_header_bytes);
  emit(icmp_header{icmp_type::destination_unreachable, icmp_protocol_unreachable, 0},
       message.writable());
  reply(std::move(message), from);
}

// Goes back to where the frame came from, so an answer costs no resolution and no state.
void link::reply(frame&& message, const correspondent& to) noexcept {
  frame packet = std::move(message);
  packet.marks() = {};
  prepend_ipv4(packet, ip_protocol::icmp, to.address);
  transmit(std::move(packet), to.mac);
}

// --- ARP ---

void link::receive_arp(frame&& received, instant now) noexcept {
  frame carrier = std::move(received);
  const auto view = arp_view::of(carrier.bytes());
  if (!view || view->sender_mac().is_multicast() || view->sender_mac() == mac_address{} ||
      view->sender_mac() == mac_) {
    counts_.arp_malformed.add();
    return;
  }
  const arp_packet packet = parse(*view);
  if (packet.sender == network_.ours()) {
    counts_.arp_conflicts.add();
    if (!carrier.marks().is_for_reading) defend_address(now);
    return;
  }
  const bool asks_us =
      packet.operation == arp_operation::request && packet.target == network_.ours();
  const bool known = neighbours_.update(packet.sender, packet.sender_mac, now);
  if (asks_us) {
    // Probes (RFC 5227 2.1.1) have no sender address yet, and a sender from elsewhere is not on our
    // link: they get an answer, but there is nothing to learn.
    if (!known && is_neighbour(packet.sender))
      neighbours_.learn(packet.sender, packet.sender_mac, now);
    if (carrier.marks().is_for_reading)
      counts_.arp_taken.add();
    else
      answer_arp(std::move(carrier), packet);
  } else if (packet.operation == arp_operation::reply && !known) {
    counts_.arp_unasked.add();
  } else {
    counts_.arp_taken.add();
  }
}

bool link::is_neighbour(ipv4_address address) const noexcept {
  return network_.is_host(address) && (network_.contains(address) || address == gateway_);
}

void link::answer_arp(frame&& request, const arp_packet& packet) noexcept {
  frame carrier = std::move(request);
  counts_.arp_requests_answered.add();
  carrier.marks() = {};
  carrier.truncate(arp_packet_bytes);
  emit(arp_packet{.operation = arp_operation::reply,
                  .sender_mac = mac_,
                  .sender = network_.ours(),
                  .target_mac = packet.sender_mac,
                  .target = packet.sender},
       carrier.writable());
  enqueue(std::move(carrier), {packet.sender_mac, mac_, ethernet_type::arp});
}

// RFC 5227 2.4 (c): a server keeps its address, and says so, at most once per interval.
void link::defend_address(instant now) noexcept {
  if (defended_ && now - *defended_ < defend_interval) return;
  defended_ = now;
  send_announcement();
}

}  // namespace wirebird::net
