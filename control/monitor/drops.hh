#pragma once

#include <string_view>

namespace wirebird::control {

/// A counter of the dataplane that says that something was lost or thrown away, and why.
struct drop {
  std::string_view counter;  ///< `room.name`
  std::string_view what;     ///< message, client (closed), segment or frame
  std::string_view reason;
};

inline constexpr drop drops[] = {
    {"broker.deliveries_no_memory", "message", "no_memory"},
    {"broker.crossings_no_memory", "message", "no_memory_between_workers"},
    {"broker.messages_without_member", "message", "queue_member_gone"},
    {"broker.publishes_refused", "message", "reserved_subject"},
    {"broker.slow_consumers", "client", "max_pending"},
    {"broker.slow_write_deadlines", "client", "write_deadline"},
    {"broker.slow_without_memory", "client", "no_memory"},
    {"broker.slow_evicted", "client", "output_limit"},
    {"broker.unfinished_in_shortage", "client", "half_message_in_shortage"},
    {"broker.stale_connections", "client", "stale"},
    {"tcp.checksum_wrong", "segment", "checksum"},
    {"tcp.checksum_partial", "segment", "checksum_not_filled_in"},
    {"tcp.malformed", "segment", "malformed"},
    {"tcp.out_of_window", "segment", "out_of_window"},
    {"tcp.paws_dropped", "segment", "old_timestamp"},
    {"tcp.stamps_missing", "segment", "no_timestamp"},
    {"tcp.reassembly_dropped", "segment", "reassembly_limit"},
    {"tcp.receive_dropped", "segment", "no_memory"},
    {"net.ipv4_fragments", "frame", "fragment"},
    {"net.ipv4_malformed", "frame", "malformed"},
    {"net.ipv4_checksum_wrong", "frame", "checksum"},
    {"net.ethernet_vlan_tagged", "frame", "vlan"},
    {"net.transmit_queue_full", "frame", "transmit_queue_full"},
    {"net.output_too_big", "frame", "mtu"},
    {"net.waiting_overflowed", "frame", "neighbour_unresolved"},
    {"net.waiting_unreachable", "frame", "neighbour_unreachable"},
};

}  // namespace wirebird::control
