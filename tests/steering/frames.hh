#pragma once

#include "dataplane/steering/flow_director.hh"
#include "tests/sim/packets.hh"

#include <cstdint>
#include <string_view>

/// What the tests of this room send each other.
namespace wirebird::steering {

inline constexpr mac_address our_mac{{2, 0, 0, 0, 0, 1}};
inline constexpr mac_address peer_mac{{2, 0, 0, 0, 0, 2}};
inline constexpr std::uint16_t client_port = 4222;

inline toeplitz::key some_key() {
  toeplitz::key key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i * 37 + 11);
  return key;
}

inline endpoint ours() {
  return {testing::ip("10.0.0.1"), client_port};
}

inline testing::packet_bytes segment(std::uint16_t from, std::uint16_t to = client_port) {
  using namespace testing;
  return ethernet(our_mac, peer_mac, 0x0800,
                  ipv4({"10.0.0.2", "10.0.0.1"}, be16(from) + be16(to) + be32(1) + be32(2) +
                                                     be16(0x5010) + be16(65535) + be32(0)));
}

/// An error about what we sent from the client port to that port of 10.0.0.2.
inline testing::packet_bytes too_big(std::uint16_t to) {
  using namespace testing;
  const packet_bytes quoted =
      ipv4({"10.0.0.1", "10.0.0.2"}, be16(client_port) + be16(to) + be32(7));
  return ethernet(our_mac, peer_mac, 0x0800,
                  ipv4({.source = "10.0.0.9", .destination = "10.0.0.1", .protocol = 1},
                       icmp(3, 4, 1400, quoted)));
}

inline testing::packet_bytes who_has(std::string_view wanted) {
  return testing::ethernet(broadcast_mac, peer_mac, 0x0806,
                           testing::arp(1, peer_mac, "10.0.0.2", {}, wanted));
}

}  // namespace wirebird::steering
