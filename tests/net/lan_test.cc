#include "tests/sim/lan.hh"

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/net/link.hh"
#include "tests/sim/packets.hh"

#include <array>
#include <memory>
#include <set>

#include <gtest/gtest.h>

namespace wirebird::net {
namespace {

using testing::ip;

/// A machine with nothing above its link.
struct machine {
  machine(sim::clock& clock, sim::lan& hub, std::uint8_t number)
      : address(ip_address::from_v4(0x0a000000U + number)),
        wheel(clock.now()),
        port(hub.attach(frames, {{2, 0, 0, 0, 0, number}})),
        link({.address = {address, 24}, .gateway = {}}, port, wheel, dice) {}

  /// returns: the first byte of every datagram that came.
  std::multiset<std::uint8_t> iterate(instant now) {
    std::array<frame, burst_frames> burst;
    const std::size_t count = port.receive(burst);
    std::multiset<std::uint8_t> came;
    for (frame& each : std::span(burst).first(count))
      if (const auto packet = link.input(std::move(each), now))
        came.insert(packet->payload.bytes()[0]);
    wheel.advance(now);
    link.flush();
    return came;
  }
  void send(const ip_address& to, std::uint8_t byte, instant now) {
    frame packet = frames.take();
    packet.append(1)[0] = byte;
    link.output({address, to, ip_protocol::tcp, std::move(packet)}, now);
  }

  ip_address address;
  plain_frame_pool frames{200};
  random dice{5};
  timer_wheel wheel;
  sim::lan::port& port;
  net::link link;
};

class three_links : public ::testing::Test {
 protected:
  /// Plays for `length`. returns: what machine 1 received.
  std::multiset<std::uint8_t> play(duration length) {
    std::multiset<std::uint8_t> came;
    for (const instant end = clock_.now() + length; clock_.now() < end;) {
      for (auto& each : machines_) {
        auto here = each->iterate(clock_.now());
        if (each == machines_[1]) came.merge(here);
      }
      instant next = std::min(hub_.next_arrival(), end);
      for (auto& each : machines_) next = std::min(next, each->wheel.next_deadline());
      clock_.advance_to(std::max(next, clock_.now() + std::chrono::microseconds(1)));
    }
    return came;
  }
  void TearDown() override {
    for (auto& each : machines_) EXPECT_EQ(each->frames.in_use(), 0U);
  }

  sim::clock clock_;
  sim::lan hub_{clock_, 1, {}};
  std::array<std::unique_ptr<machine>, 3> machines_{std::make_unique<machine>(clock_, hub_, 1),
                                                    std::make_unique<machine>(clock_, hub_, 2),
                                                    std::make_unique<machine>(clock_, hub_, 3)};
};

TEST_F(three_links, find_each_other_by_arp) {
  machines_[0]->send(machines_[1]->address, 7, clock_.now());
  EXPECT_EQ(play(std::chrono::milliseconds(1)), (std::multiset<std::uint8_t>{7}));
  EXPECT_EQ(machines_[2]->link.counts().arp_taken.value(), 1U) << "the broadcast reached all";
  EXPECT_EQ(machines_[2]->link.counts().frames_received.value(), 1U) << "the datagram did not";
}

TEST_F(three_links, ask_again_when_the_request_is_lost) {
  machines_[1]->port.plug(false);
  machines_[0]->send(machines_[1]->address, 7, clock_.now());
  EXPECT_TRUE(play(std::chrono::milliseconds(500)).empty());
  machines_[1]->port.plug(true);
  EXPECT_EQ(play(std::chrono::seconds(1)).size(), 1U);
}

TEST_F(three_links, lose_and_repeat_what_the_faults_say) {
  machines_[0]->send(machines_[1]->address, 0, clock_.now());
  play(std::chrono::milliseconds(1));
  sim::faults half;
  half.loss = 500;
  half.duplication = 500;
  hub_.set_faults(half);
  std::multiset<std::uint8_t> came;
  for (std::uint8_t i = 0; i < 100; ++i) {
    machines_[0]->send(machines_[1]->address, i, clock_.now());
    came.merge(play(std::chrono::milliseconds(1)));
  }
  const std::set<std::uint8_t> once(came.begin(), came.end());
  EXPECT_LT(once.size(), 70U);
  EXPECT_GT(once.size(), 30U);
  EXPECT_GT(came.size(), once.size() + 10U);
}

}  // namespace
}  // namespace wirebird::net
