#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/frame.hh"
#include "dataplane/base/time.hh"

#include <cstddef>
#include <cstdint>

namespace wirebird {

/// IP protocol numbers that we speak.
enum class ip_protocol : std::uint8_t { icmp = 1, tcp = 6, icmpv6 = 58 };

/// The one word that net and tcp share: what an IP packet carries. The frame starts at the first
/// byte of the carried protocol's header and ends at the IP packet's end (link padding is gone); on
/// the way out it has room in front for IP and Ethernet.
struct datagram {
  ip_address source;
  ip_address destination;
  ip_protocol protocol{};
  frame payload;
};

/// The way down: takes datagrams, puts IP and Ethernet in front and queues them for the port.
/// Implemented by net's link and by the simulator's wire.
class datagram_sink {
 public:
  /// Takes the datagram; one that cannot leave is dropped and counted below (as on any wire).
  virtual void output(datagram&&, instant now) = 0;
  /// Datagrams that would be queued without a drop now; a sender stops at 0 and goes on in the next
  /// iteration.
  [[nodiscard]] virtual std::size_t room() const noexcept = 0;
  /// Largest IP packet that the link carries, bytes (1500 on Ethernet).
  [[nodiscard]] virtual std::uint32_t mtu() const noexcept = 0;

 protected:
  ~datagram_sink() = default;
};

}  // namespace wirebird
