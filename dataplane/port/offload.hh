#pragma once

#include "dataplane/base/frame.hh"

struct rte_mbuf;

namespace wirebird::port {

/// Tells the driver which checksums of a leaving frame to fill in: of the IPv4 header, and of TCP
/// over either IP. requires: a whole Ethernet, IP and (if it is TCP) TCP header at the front.
void ask_for_checksums(rte_mbuf& packet, byte_view frame) noexcept;

/// What the driver says about the checksums of a received frame.
[[nodiscard]] frame_marks received_marks(const rte_mbuf& packet, byte_view frame) noexcept;

}  // namespace wirebird::port
