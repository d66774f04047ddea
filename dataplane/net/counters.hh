#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::net {

/// What a link did and why it dropped. Written by its worker, read by any thread. Every frame that
/// input() takes is counted once in frames_received and once in exactly one of the lines below it,
/// up to frames_queued.
struct counters {
  counter frames_received;  ///< handed to input()

  counter tcp_delivered;           ///< TCP datagrams handed up
  counter arp_requests_answered;   ///< requests and probes for our address
  counter arp_taken;               ///< other requests and replies, learnt from or of no interest
  counter icmp_echoes_answered;    ///< echo requests
  counter icmp_unreachables_sent;  ///< packets of a protocol we do not speak, answered with ICMP
  counter icmp_errors_about_tcp;   ///< errors that quote a TCP segment from our address, handed up
  counter ethernet_too_short;      ///< no whole Ethernet header
  counter ethernet_not_for_us;     ///< another host's address: the port is promiscuous
  counter ethernet_source_wrong;   ///< sent by a group address, or by ourselves (a loop)
  counter ethernet_vlan_tagged;    ///< VLAN tags are not supported
  counter ethernet_type_unknown;   ///< neither IPv4 nor ARP; IPv6 is not supported yet
  counter arp_malformed;           ///< too short, other address kinds, impossible sender
  counter arp_conflicts;           ///< another host claims our address
  counter arp_unasked;             ///< replies about hosts that we never asked for
  counter ipv4_malformed;          ///< version or lengths wrong
  counter ipv4_checksum_wrong;     ///< header checksum
  counter ipv4_fragments;          ///< reassembly is not supported
  counter ipv4_not_for_us;         ///< another destination, broadcast or multicast
  counter ipv4_in_link_broadcast;  ///< to our IP address in a broadcast frame (RFC 1122 3.3.6)
  counter ipv4_source_wrong;       ///< a source that no host can have, or our own
  counter ipv4_protocol_unknown;   ///< neither TCP nor ICMP, and left without an answer
  counter icmp_malformed;          ///< too short, or checksum wrong
  counter icmp_echo_rate_limited;  ///< echo requests beyond the rate
  counter icmp_ignored;            ///< other types, and errors about nothing of ours

  counter frames_queued;             ///< put into the transmit queue: ours, replies and ARP
  counter frames_sent;               ///< taken by the port
  counter transmit_queue_full;       ///< frames dropped before the port
  counter output_too_big;            ///< datagrams beyond the MTU
  counter output_no_route;           ///< destinations off the link without a gateway, or no host
  counter frames_dry;                ///< ARP packets not sent: no frame to build them in
  counter arp_requests_sent;         ///< broadcasts and refreshing unicasts
  counter arp_announcements_sent;    ///< of our address, at start and against conflicts
  counter neighbours_learnt;         ///< entries that got an address
  counter neighbours_moved;          ///< entries whose address changed
  counter neighbours_unreachable;    ///< entries given up: no answer to any request
  counter neighbours_evicted;        ///< entries that made room
  counter neighbours_refused;        ///< hosts not remembered: table full of those in use
  counter resolutions_rate_limited;  ///< datagrams dropped: too many new neighbours at once
  counter waiting_overflowed;        ///< datagrams dropped: too many wait for an address
  counter waiting_unreachable;       ///< datagrams dropped: the neighbour does not answer

  /// Calls `visit(const char* name, const counter&)` for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("frames_received", frames_received);
    visit("tcp_delivered", tcp_delivered);
    visit("arp_requests_answered", arp_requests_answered);
    visit("arp_taken", arp_taken);
    visit("icmp_echoes_answered", icmp_echoes_answered);
    visit("icmp_unreachables_sent", icmp_unreachables_sent);
    visit("icmp_errors_about_tcp", icmp_errors_about_tcp);
    visit("ethernet_too_short", ethernet_too_short);
    visit("ethernet_not_for_us", ethernet_not_for_us);
    visit("ethernet_source_wrong", ethernet_source_wrong);
    visit("ethernet_vlan_tagged", ethernet_vlan_tagged);
    visit("ethernet_type_unknown", ethernet_type_unknown);
    visit("arp_malformed", arp_malformed);
    visit("arp_conflicts", arp_conflicts);
    visit("arp_unasked", arp_unasked);
    visit("ipv4_malformed", ipv4_malformed);
    visit("ipv4_checksum_wrong", ipv4_checksum_wrong);
    visit("ipv4_fragments", ipv4_fragments);
    visit("ipv4_not_for_us", ipv4_not_for_us);
    visit("ipv4_in_link_broadcast", ipv4_in_link_broadcast);
    visit("ipv4_source_wrong", ipv4_source_wrong);
    visit("ipv4_protocol_unknown", ipv4_protocol_unknown);
    visit("icmp_malformed", icmp_malformed);
    visit("icmp_echo_rate_limited", icmp_echo_rate_limited);
    visit("icmp_ignored", icmp_ignored);
    visit("frames_queued", frames_queued);
    visit("frames_sent", frames_sent);
    visit("transmit_queue_full", transmit_queue_full);
    visit("output_too_big", output_too_big);
    visit("output_no_route", output_no_route);
    visit("frames_dry", frames_dry);
    visit("arp_requests_sent", arp_requests_sent);
    visit("arp_announcements_sent", arp_announcements_sent);
    visit("neighbours_learnt", neighbours_learnt);
    visit("neighbours_moved", neighbours_moved);
    visit("neighbours_unreachable", neighbours_unreachable);
    visit("neighbours_evicted", neighbours_evicted);
    visit("neighbours_refused", neighbours_refused);
    visit("resolutions_rate_limited", resolutions_rate_limited);
    visit("waiting_overflowed", waiting_overflowed);
    visit("waiting_unreachable", waiting_unreachable);
  }
};

}  // namespace wirebird::net
