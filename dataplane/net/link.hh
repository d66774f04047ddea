#pragma once

#include "dataplane/base/datagram.hh"
#include "dataplane/base/packet_queue.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/net/arp.hh"
#include "dataplane/net/counters.hh"
#include "dataplane/net/ethernet.hh"
#include "dataplane/net/icmp.hh"
#include "dataplane/net/ipv4.hh"
#include "dataplane/net/neighbours.hh"
#include "dataplane/net/rate_limit.hh"
#include "dataplane/net/transmit_queue.hh"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wirebird::net {

struct link_options {
  interface_address address;          ///< ours, and the network that needs no gateway; IPv4
  std::optional<ip_address> gateway;  ///< next hop for everything else; IPv4
  std::uint32_t mtu = 1500;           ///< bytes of IP packet; the port's limit also holds
};

/// returns: one sentence on why a link cannot be had with these, for the operator; null when it
/// can.
[[nodiscard]] const char* fault_of(const link_options&) noexcept;

/// One worker's end of the wire: Ethernet, ARP, IPv4 and ICMP between a port's queue and TCP.
///
/// Frames come in one by one and are at once either a TCP datagram for us, or answered, learnt
/// from, or dropped with a counted reason. Datagrams go out with IP and Ethernet put in front, into
/// a bounded queue that flush() gives to the port. Frames are never copied. Constant time per
/// frame; no heap memory after construction (about 150 KiB). All calls on the owning worker's
/// thread. What it is built from must outlive it.
///
/// Not supported: fragments, IP options (skipped), VLAN tags, IPv6, broadcast and multicast.
class link final : public datagram_sink, private neighbour_output {
 public:
  /// requires: fault_of(options) == nullptr.
  link(const link_options& options, packet_queue& queue, timer_wheel& timers, random& random);
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  /// Takes a received frame. returns: a TCP datagram for us, its frame trimmed to the TCP segment
  /// and not yet looked at, or nothing. Replies (ARP, ICMP echo) are queued, in the same frame.
  [[nodiscard]] std::optional<datagram> input(frame&& received, instant now) noexcept;

  /// requires: headroom for IP and Ethernet. The source must be our address. Larger than mtu() only
  /// with marks().segment_bytes set, for the port to cut.
  void output(datagram&& packet, instant now) override;
  /// Also stops at the last frames of the pool, which are kept for receiving.
  [[nodiscard]] std::size_t room() const noexcept override;
  [[nodiscard]] std::uint32_t mtu() const noexcept override { return mtu_; }

  /// Where ICMP errors about segments of ours go; nowhere without. `sink` outlives the link.
  void report_path_errors_to(path_error_sink& sink) noexcept { path_errors_ = &sink; }

  /// Gives queued frames to the port; what the port does not take stays queued.
  void flush() noexcept;
  [[nodiscard]] bool has_queued() const noexcept { return !transmit_.empty(); }

  /// Tells the link that we have our address (RFC 5227 2.3): now and once more after two seconds.
  void announce(instant now) noexcept;

  [[nodiscard]] const counters& counts() const noexcept { return counts_; }

 private:
  /// The second announcement.
  class announcer final : public timer {
   public:
    explicit announcer(link& link) noexcept : link_(link) {}
    void on_timer(instant) override { link_.send_announcement(); }

   private:
    link& link_;
  };

  /// Who sent a packet that is answered on the spot.
  struct correspondent {
    ipv4_address address;
    mac_address mac;
  };

  // The way up: link_input.cc.
  [[nodiscard]] std::optional<datagram> receive_ipv4(frame&&, const ethernet_view&,
                                                     instant now) noexcept;
  /// returns: what to count when the packet must be dropped; null when it is for us and sound.
  [[nodiscard]] counter* refuse_ipv4(const ipv4_view&, const frame_marks&,
                                     const ethernet_view&) noexcept;
  void receive_icmp(frame&&, const correspondent& from, instant now) noexcept;
  void answer_echo(frame&&, const icmp_header&, const correspondent& from, instant now) noexcept;
  void answer_unknown_protocol(frame&&, const correspondent& from, instant now) noexcept;
  void reply(frame&& message, const correspondent& to) noexcept;
  void receive_arp(frame&&, instant now) noexcept;
  void answer_arp(frame&&, const arp_packet& request) noexcept;
  void defend_address(instant now) noexcept;
  /// Whether ARP may say where the address is.
  [[nodiscard]] bool is_neighbour(ipv4_address) const noexcept;

  // The way down: link.cc.
  [[nodiscard]] std::optional<ipv4_address> next_hop(const ip_address&) const noexcept;
  void prepend_ipv4(frame&, ip_protocol, ipv4_address destination) noexcept;
  void request(ipv4_address wanted, const mac_address& ask) noexcept override;
  void transmit(frame&&, const mac_address& to) noexcept override;
  void send_announcement() noexcept;
  [[nodiscard]] bool send_arp(const arp_packet&, const mac_address& to) noexcept;
  void enqueue(frame&&, const ethernet_header&) noexcept;

  counters counts_;
  packet_queue& queue_;
  timer_wheel& timers_;
  const mac_address mac_;
  const ipv4_network network_;
  const std::optional<ipv4_address> gateway_;
  const std::uint32_t mtu_;
  std::uint16_t identification_;  ///< of the next packet; free to choose where DF is set (RFC 6864)
  path_error_sink* path_errors_ = nullptr;
  rate_limit echoes_{icmp_echoes};
  rate_limit errors_{icmp_errors};
  std::optional<instant> defended_;  ///< last time against a conflict
  announcer announcer_{*this};
  transmit_queue transmit_;
  neighbours neighbours_;
};

}  // namespace wirebird::net
