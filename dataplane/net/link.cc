#include "dataplane/net/link.hh"

#include "dataplane/base/check.hh"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wirebird::net {

namespace {

/// RFC 1122 3.3.2: the datagram that every host can take.
constexpr std::uint32_t mtu_min = 576;
/// One packet lies in one frame.
constexpr std::uint32_t mtu_max = frame_data_bytes - ethernet_header_bytes;

ipv4_network network_of(const link_options& options) noexcept {
  return {options.address.address.v4(), options.address.prefix_length};
}

}  // namespace

const char* fault_of(const link_options& options) noexcept {
  const auto& [address, prefix_length] = options.address;
  if (!address.is_v4()) return "the interface address must be IPv4";
  if (prefix_length > 32) return "the prefix of an IPv4 address has at most 32 bits";
  if (!network_of(options).is_host(address.v4()))
    return "the interface address must be one that a single host can have";
  if (options.gateway) {
    if (!options.gateway->is_v4()) return "the gateway's address must be IPv4";
    if (!network_of(options).is_host(options.gateway->v4()) || *options.gateway == address)
      return "the gateway's address must be one that another single host can have";
  }
  if (options.mtu < mtu_min || options.mtu > mtu_max)
    return "the MTU must be between 576 and 2034 bytes";
  return nullptr;
}

link::link(const link_options& options, packet_queue& queue, timer_wheel& timers, random& random)
    : queue_(queue),
      timers_(timers),
      mac_(queue.mac()),
      network_(network_of(options)),
      gateway_(options.gateway ? std::optional(options.gateway->v4()) : std::nullopt),
      mtu_(std::min(options.mtu, queue.capabilities().mtu)),
      identification_(static_cast<std::uint16_t>(random.next())),
      neighbours_(*this, timers, random, counts_) {
  check(fault_of(options) == nullptr, "a link with options that fault_of() refuses");
}

void link::output(datagram&& packet, instant now) {
  frame payload = std::move(packet.payload);
  const std::uint32_t limit = payload.marks().segment_bytes != 0 ? 0xffff : mtu_;
  if (payload.size() + ipv4_header_bytes > limit) {
    counts_.output_too_big.add();
    return;
  }
  const auto hop = next_hop(packet.destination);
  if (!hop) {
    counts_.output_no_route.add();
    return;
  }
  prepend_ipv4(payload, packet.protocol, packet.destination.v4());
  if (const mac_address* to = neighbours_.find(*hop, now))
    transmit(std::move(payload), *to);
  else
    neighbours_.resolve(*hop, std::move(payload), now);
}

std::optional<ipv4_address> link::next_hop(const ip_address& destination) const noexcept {
  if (!destination.is_v4()) return std::nullopt;
  const ipv4_address address = destination.v4();
  if (!network_.is_host(address) || address == network_.ours()) return std::nullopt;
  return network_.contains(address) ? std::optional(address) : gateway_;
}

std::size_t link::room() const noexcept {
  const std::size_t frames = queue_.frames().available();
  if (frames <= frames_kept_for_receive) return 0;
  return std::min(transmit_.room(), frames - frames_kept_for_receive);
}

void link::flush() noexcept {
  counts_.frames_sent.add(transmit_.flush_into(queue_));
}

void link::announce(instant now) noexcept {
  send_announcement();
  timers_.arm(announcer_, now + announce_interval);
}

void link::prepend_ipv4(frame& payload, ip_protocol protocol, ipv4_address destination) noexcept {
  check(payload.headroom() >= ipv4_header_bytes + ethernet_header_bytes,
        "a datagram without room for IP and Ethernet in front");
  const bool by_port = payload.marks().offload_checksums;
  const ipv4_header header{
      .total_bytes = static_cast<std::uint16_t>(payload.size() + ipv4_header_bytes),
      .identification = identification_++,
      .dont_fragment = true,
      .ttl = ipv4_ttl,
      .protocol = static_cast<std::uint8_t>(protocol),
      .source = network_.ours(),
      .destination = destination};
  emit(header, payload.prepend(ipv4_header_bytes),
       by_port ? ipv4_checksum::by_port : ipv4_checksum::here);
}

void link::request(ipv4_address wanted, const mac_address& ask) noexcept {
  const arp_packet packet{.operation = arp_operation::request,
                          .sender_mac = mac_,
                          .sender = network_.ours(),
                          .target_mac = {},
                          .target = wanted};
  if (send_arp(packet, ask)) counts_.arp_requests_sent.add();
}

void link::send_announcement() noexcept {
  const arp_packet packet{.operation = arp_operation::request,
                          .sender_mac = mac_,
                          .sender = network_.ours(),
                          .target_mac = {},
                          .target = network_.ours()};
  if (send_arp(packet, broadcast_mac)) counts_.arp_announcements_sent.add();
}

bool link::send_arp(const arp_packet& packet, const mac_address& to) noexcept {
  frame carrier = queue_.frames().take();
  if (!carrier) {
    counts_.frames_dry.add();
    return false;
  }
  emit(packet, carrier.append(arp_packet_bytes));
  enqueue(std::move(carrier), {to, mac_, ethernet_type::arp});
  return true;
}

void link::transmit(frame&& packet, const mac_address& to) noexcept {
  enqueue(std::move(packet), {to, mac_, ethernet_type::ipv4});
}

void link::enqueue(frame&& packet, const ethernet_header& header) noexcept {
  frame leaving = std::move(packet);
  if (transmit_.room() == 0) {
    counts_.transmit_queue_full.add();
    return;
  }
  emit(header, leaving.prepend(ethernet_header_bytes));
  if (leaving.size() < ethernet_frame_bytes_min) {
    // Padded here and with zeros: a driver might leave whatever memory follows (CVE-2003-0001).
    const std::uint32_t short_of = ethernet_frame_bytes_min - leaving.size();
    const mutable_bytes padding = leaving.append(std::min(short_of, leaving.tailroom()));
    std::fill(padding.begin(), padding.end(), std::uint8_t{0});
  }
  transmit_.push(std::move(leaving));
  counts_.frames_queued.add();
}

}  // namespace wirebird::net
