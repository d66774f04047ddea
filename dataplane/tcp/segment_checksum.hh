#pragma once

#include "dataplane/base/datagram.hh"

namespace wirebird::tcp {

/// requires: the payload starts with a whole TCP header. returns: whether the checksum over pseudo
/// header, header and payload holds; what the port found out is believed.
[[nodiscard]] bool checksum_is_good(const datagram&) noexcept;

/// requires: the same. returns: whether the checksum field holds the sum over the pseudo header
/// alone, as a sender leaves it that expects its network card to finish the work. Such a segment
/// came from this machine over a virtual link and never met a card.
[[nodiscard]] bool checksum_is_partial(const datagram&) noexcept;

/// Fills in the checksum of an outgoing segment whose checksum field is 0. With `offload` the port
/// completes it: the field then holds the folded sum of the pseudo header, not complemented, which
/// is what DPDK's checksum offload expects (rte_mbuf RTE_MBUF_F_TX_TCP_CKSUM).
void fill_checksum(datagram&, bool offload) noexcept;

}  // namespace wirebird::tcp
