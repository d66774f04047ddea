#include "tests/net/link_test.hh"

namespace wirebird::testing {
namespace {

using namespace std::chrono_literals;

/// Whatever arrives, the link stays alive and no frame is lost: TearDown() counts them.
class link_random : public link_test, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  std::uint8_t byte() { return static_cast<std::uint8_t>(draw_.next()); }
  template <typename Choices>
  const auto& one_of(const Choices& choices) {
    return choices[draw_.below(std::size(choices))];
  }
  packet_bytes noise(std::size_t size_max) {
    packet_bytes bytes(draw_.below(size_max + 1));
    for (auto& each : bytes) each = byte();
    return bytes;
  }
  /// A sound packet of some kind, from a peer or a forger.
  packet_bytes sound() {
    static constexpr std::string_view hosts[] = {"10.0.0.1",  "10.0.0.20",   "10.0.0.21",
                                                 "10.0.0.10", "203.0.113.9", "0.0.0.0"};
    const mac_address& to = draw_.chance(3, 4) ? our_mac : broadcast_mac;
    const mac_address& from = draw_.chance(3, 4) ? peer_mac : gateway_mac;
    switch (draw_.below(4)) {
      case 0:
        return ethernet(
            to, from, type_arp,
            arp(1 + static_cast<unsigned>(draw_.below(2)), from, one_of(hosts), to, one_of(hosts)));
      case 1:
        return ethernet(to, from, type_ipv4,
                        ipv4({one_of(hosts), one_of(hosts), 1},
                             icmp(static_cast<unsigned>(draw_.below(13)), byte(), 0,
                                  ipv4({"10.0.0.10", one_of(hosts)}, noise(40)))));
      case 2: return ethernet(to, from, type_ipv4, ipv4({one_of(hosts), "10.0.0.10"}, noise(200)));
      default:
        return ethernet(to, from, type_ipv4,
                        ipv4({one_of(hosts), "10.0.0.10", byte()}, noise(1400)));
    }
  }
  packet_bytes damaged(packet_bytes bytes) {
    const std::size_t flips = draw_.below(4);
    for (std::size_t i = 0; i < flips; ++i) bytes[draw_.below(bytes.size())] ^= byte();
    if (draw_.chance(1, 8)) bytes.resize(draw_.below(bytes.size() + 1));
    if (draw_.chance(1, 8)) bytes.resize(bytes.size() + draw_.below(60));
    return bytes;
  }
  /// One thing that may happen to a link.
  void step() {
    switch (draw_.below(8)) {
      case 0: (void)receive(noise(1600), marks()); break;
      case 1: (void)receive(ethernet(our_mac, peer_mac, type_ipv4, noise(80)), marks()); break;
      case 2: (void)receive(ethernet(our_mac, peer_mac, type_arp, noise(80)), marks()); break;
      case 3:
      case 4: (void)receive(damaged(sound()), marks()); break;
      case 5:
        send_to(draw_.chance(1, 2) ? "10.0.0." + std::to_string(draw_.below(256)) : "203.0.113.9",
                noise(1480));
        break;
      case 6:
        queue_.accept_only(draw_.below(64));
        link_->flush();
        break;
      default:
        now_ += duration(draw_.below(3'000'000'000));
        timers_.advance(now_);
        break;
    }
  }
  frame_marks marks() { return {.checksums_verified = draw_.chance(1, 4)}; }

  random draw_{GetParam()};
};

TEST_P(link_random, survives_anything) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  for (int i = 0; i < 20000; ++i) {
    step();
    for (const auto& bytes : queue_.take_sent()) {
      ASSERT_GE(bytes.size(), 60U);
      ASSERT_EQ(packet_bytes(bytes.begin() + 6, bytes.begin() + 12), of(our_mac));
      ASSERT_EQ(bytes[0] & 1, bytes[0] == 0xff ? 1 : 0) << "to a group that is not everybody";
    }
  }
  EXPECT_GT(counts().tcp_delivered.value(), 100U);
  EXPECT_GT(counts().arp_requests_answered.value(), 10U);
  EXPECT_GT(counts().frames_sent.value(), 1000U);
}

INSTANTIATE_TEST_SUITE_P(seeds, link_random, ::testing::Range<std::uint64_t>(1, 7));

}  // namespace
}  // namespace wirebird::testing
