#pragma once

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/net/link.hh"
#include "tests/sim/memory_queue.hh"
#include "tests/sim/packets.hh"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace wirebird::testing {

inline constexpr mac_address our_mac{{0x02, 0, 0, 0, 0, 0x0a}};
inline constexpr mac_address peer_mac{{0x02, 0, 0, 0, 0, 0x14}};
inline constexpr mac_address gateway_mac{{0x02, 0, 0, 0, 0, 0x01}};
inline constexpr mac_address no_mac{};
inline constexpr unsigned type_ipv4 = 0x0800;
inline constexpr unsigned type_arp = 0x0806;

using frames_seen = std::vector<packet_bytes>;

/// A live link on 10.0.0.10/24 with the gateway 10.0.0.1, on virtual time.
class link_test : public ::testing::Test {
 protected:
  static net::link_options usual_options() {
    return {.address = {ip("10.0.0.10"), 24}, .gateway = ip("10.0.0.1"), .mtu = 1500};
  }

  /// Every test ends with no frame lost, and every received frame counted in exactly one place.
  void TearDown() override {
    std::uint64_t fates = 0;
    bool counting = false;
    link_->counts().for_each([&](std::string_view name, const counter& count) {
      if (name == "frames_queued") counting = false;
      if (counting) fates += count.value();
      if (name == "frames_received") counting = true;
    });
    EXPECT_EQ(fates, link_->counts().frames_received.value());
    link_.reset();
    EXPECT_EQ(pool_.in_use(), 0U);
  }

  void restart(const net::link_options& options) {
    link_.emplace(options, queue_, timers_, random_);
  }

  /// Moves the clock on, as a worker does in each iteration, and lets the link send.
  frames_seen advance(duration by) {
    now_ += by;
    timers_.advance(now_);
    return sent();
  }
  frames_seen sent() {
    link_->flush();
    return queue_.take_sent();
  }
  std::optional<datagram> receive(const packet_bytes& bytes, frame_marks marks = {}) {
    return link_->input(queue_.make(bytes, marks), now_);
  }
  /// As receive(), for what TCP must not see. returns: the frames sent at once.
  frames_seen feed(const packet_bytes& bytes) {
    EXPECT_FALSE(receive(bytes).has_value());
    return sent();
  }

  void send_to(std::string_view destination, const packet_bytes& segment = hex("01020304")) {
    link_->output({ip("10.0.0.10"), ip(destination), ip_protocol::tcp, queue_.make(segment)}, now_);
  }
  frames_seen output_to(std::string_view destination,
                        const packet_bytes& segment = hex("01020304")) {
    send_to(destination, segment);
    return sent();
  }
  /// `who` answers a request of ours.
  frames_seen answer(std::string_view who, const mac_address& mac) {
    return feed(ethernet(our_mac, mac, type_arp, arp(2, mac, who, our_mac, "10.0.0.10")));
  }
  /// A neighbour that the link knows from here on.
  void introduce(std::string_view who, const mac_address& mac) {
    output_to(who);
    answer(who, mac);
  }

  /// A request of ours for `who`, as it is on the wire.
  static packet_bytes asks_for(std::string_view who, const mac_address& to = broadcast_mac) {
    return padded(ethernet(to, our_mac, type_arp, arp(1, our_mac, "10.0.0.10", no_mac, who)));
  }
  static packet_bytes padded(packet_bytes bytes) {
    if (bytes.size() < 60) bytes.resize(60);
    return bytes;
  }
  const net::counters& counts() const { return link_->counts(); }

  plain_frame_pool pool_{4096};
  memory_queue queue_{pool_, our_mac};
  instant now_{std::chrono::hours(5)};
  timer_wheel timers_{now_};
  random random_{7};
  std::optional<net::link> link_{std::in_place, usual_options(), queue_, timers_, random_};
};

}  // namespace wirebird::testing
