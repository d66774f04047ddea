#include "dataplane/net/neighbours.hh"

#include "dataplane/base/plain_frame_pool.hh"

#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::net {
namespace {

using namespace std::chrono_literals;

mac_address mac_number(std::uint32_t number) {
  mac_address mac{{0x02, 0, 0, 0, 0, 0}};
  store_be32(mac.octets.data() + 2, number);
  return mac;
}

/// A table with an output that only writes down, on virtual time.
class neighbours_test : public ::testing::Test, private neighbour_output {
 protected:
  void TearDown() override { EXPECT_EQ(pool_.in_use(), waiting()); }

  void request(ipv4_address wanted, const mac_address&) noexcept override {
    requested_.push_back(wanted);
  }
  void transmit(frame&& packet, const mac_address& to) noexcept override {
    const frame sent = std::move(packet);
    transmitted_.push_back(to);
    EXPECT_EQ(load_be32(sent.bytes().data()), answering_) << "another neighbour's packet";
  }

  void advance(duration by) {
    now_ += by;
    timers_.advance(now_);
  }
  void resolve(ipv4_address who) {
    frame packet = pool_.take();
    store_be32(packet.append(4).data(), who);
    table_.resolve(who, std::move(packet), now_);
  }
  /// returns: whether the host was known.
  bool answers(ipv4_address who, const mac_address& mac) {
    answering_ = who;
    return table_.update(who, mac, now_);
  }
  /// Fills the table with neighbours that have just been used.
  void fill_with_used(ipv4_address from = 1000) {
    for (std::size_t i = 0; i < neighbours_max; ++i) {
      const auto who = static_cast<ipv4_address>(from + i);
      table_.learn(who, mac_number(who), now_);
      EXPECT_NE(table_.find(who, now_), nullptr);
    }
  }
  std::size_t found_of(ipv4_address from, std::size_t count) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i)
      found += table_.find(static_cast<ipv4_address>(from + i), now_) != nullptr ? 1U : 0U;
    return found;
  }
  std::size_t waiting() const { return pool_.in_use(); }

  plain_frame_pool pool_{2048};
  instant now_{std::chrono::hours(1)};
  timer_wheel timers_{now_};
  random random_{99};
  counters counts_;
  std::vector<ipv4_address> requested_;
  std::vector<mac_address> transmitted_;
  ipv4_address answering_ = 0;
  neighbours table_{*this, timers_, random_, counts_};
};

TEST_F(neighbours_test, a_full_table_still_finds_everybody) {
  fill_with_used();
  EXPECT_EQ(table_.size(), neighbours_max);
  for (std::size_t i = 0; i < neighbours_max; ++i) {
    const auto who = static_cast<ipv4_address>(1000 + i);
    const mac_address* mac = table_.find(who, now_);
    ASSERT_NE(mac, nullptr);
    EXPECT_EQ(*mac, mac_number(who));
  }
  EXPECT_EQ(table_.find(999, now_), nullptr);
}

TEST_F(neighbours_test, those_who_only_ask_never_push_out_a_neighbour_in_use) {
  fill_with_used();
  for (ipv4_address who = 50000; who < 52000; ++who) table_.learn(who, mac_number(who), now_);
  EXPECT_EQ(found_of(1000, neighbours_max), neighbours_max);
  EXPECT_EQ(counts_.neighbours_refused.value(), 2000U);
  EXPECT_EQ(counts_.neighbours_evicted.value(), 0U);
}

TEST_F(neighbours_test, those_who_only_asked_go_before_a_neighbour_in_use) {
  constexpr std::size_t used = 300;
  for (ipv4_address who = 1000; who < 1000 + used; ++who) {
    table_.learn(who, mac_number(who), now_);
    EXPECT_NE(table_.find(who, now_), nullptr);
  }
  for (ipv4_address who = 50000; who < 60000; ++who) table_.learn(who, mac_number(who), now_);
  EXPECT_EQ(found_of(1000, used), used);
  EXPECT_EQ(table_.size(), neighbours_max);
}

TEST_F(neighbours_test, neighbours_long_out_of_use_make_room_for_askers) {
  fill_with_used();
  advance(neighbour_fresh_for);
  table_.learn(50000, mac_number(50000), now_);
  EXPECT_NE(table_.find(50000, now_), nullptr);
  EXPECT_EQ(counts_.neighbours_evicted.value(), 1U);
}

TEST_F(neighbours_test, a_whole_generation_makes_room_for_the_next) {
  fill_with_used(1000);
  advance(neighbour_fresh_for);
  fill_with_used(50000);
  EXPECT_EQ(found_of(50000, neighbours_max), neighbours_max);
  EXPECT_EQ(counts_.neighbours_evicted.value(), neighbours_max);
}

TEST_F(neighbours_test, a_place_taken_over_is_not_in_use_because_its_last_owner_was) {
  table_.learn(1, mac_number(1), now_);
  advance(neighbour_fresh_for);
  EXPECT_NE(table_.find(1, now_), nullptr);
  for (unsigned i = 0; i < arp_requests_max; ++i) advance(arp_request_interval);
  ASSERT_EQ(table_.size(), 0U) << "it was asked and kept silent";
  table_.learn(2, mac_number(2), now_);
  for (ipv4_address who = 1000; who < 1000 + neighbours_max - 1; ++who) {
    table_.learn(who, mac_number(who), now_);
    EXPECT_NE(table_.find(who, now_), nullptr);
  }
  table_.learn(3, mac_number(3), now_);
  EXPECT_NE(table_.find(3, now_), nullptr);
  EXPECT_EQ(table_.find(2, now_), nullptr);
}

TEST_F(neighbours_test, packets_of_an_evicted_neighbour_go_with_it) {
  for (ipv4_address who = 1000; who < 1000 + neighbours_max; ++who) resolve(who);
  ASSERT_EQ(waiting(), waiting_frames_max);
  advance(10ms);
  resolve(1);
  EXPECT_EQ(counts_.neighbours_evicted.value(), 1U);
  EXPECT_TRUE(answers(1, mac_number(1)));
  EXPECT_EQ(transmitted_.size(), 1U);
  EXPECT_EQ(waiting(), waiting_frames_max - 1);
}

TEST_F(neighbours_test, a_packet_of_ours_gets_a_place_even_in_a_full_table) {
  fill_with_used();
  resolve(50000);
  EXPECT_EQ(requested_, std::vector<ipv4_address>{50000});
  EXPECT_TRUE(answers(50000, mac_number(5)));
  EXPECT_EQ(transmitted_, std::vector<mac_address>{mac_number(5)});
  EXPECT_EQ(table_.size(), neighbours_max);
}

// Forged sources make us ask for hosts that do not exist: the table and the queue stay bounded, and
// neighbours with an address are not pushed out.
TEST_F(neighbours_test, flood_of_hosts_that_do_not_answer) {
  constexpr std::size_t used = 500;
  for (ipv4_address who = 1000; who < 1000 + used; ++who) {
    table_.learn(who, mac_number(who), now_);
    EXPECT_NE(table_.find(who, now_), nullptr);
  }
  for (ipv4_address who = 100000; who < 120000; ++who) {
    resolve(who);
    ASSERT_LE(waiting(), waiting_frames_max);
    if (who % 10 == 0) advance(1ms);
  }
  EXPECT_EQ(found_of(1000, used), used);
  EXPECT_LE(requested_.size(), arp_resolutions.burst + 2 * arp_resolutions.per_second +
                                   2 * arp_requests_max * neighbours_max);
  EXPECT_GT(counts_.resolutions_rate_limited.value(), 0U);
  for (int i = 0; i < 5; ++i) advance(1s);
  EXPECT_EQ(waiting(), 0U) << "in the end they are all given up";
  EXPECT_EQ(timers_.armed(), 0U);
}

TEST_F(neighbours_test, new_questions_are_rate_limited_and_come_back) {
  std::size_t asked = 0;
  for (ipv4_address who = 100000; who < 103000; ++who) resolve(who);
  asked = requested_.size();
  EXPECT_EQ(asked, arp_resolutions.burst);
  advance(100ms);
  for (ipv4_address who = 200000; who < 203000; ++who) resolve(who);
  EXPECT_EQ(requested_.size() - asked, arp_resolutions.per_second / 10);
}

TEST_F(neighbours_test, packets_waiting_in_all_are_bounded) {
  for (ipv4_address who = 1; who <= 100; ++who)
    for (int i = 0; i < 5; ++i) resolve(who);
  EXPECT_EQ(waiting(), waiting_frames_max);
  EXPECT_EQ(counts_.waiting_overflowed.value(), 500 - waiting_frames_max);
  for (ipv4_address who = 1; who <= 100; ++who) EXPECT_TRUE(answers(who, mac_number(who)));
  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(transmitted_.size(), waiting_frames_max);
}

TEST_F(neighbours_test, places_of_the_queue_are_used_again) {
  for (int round = 0; round < 50; ++round) {
    const auto who = static_cast<ipv4_address>(1 + round % 7);
    for (std::size_t i = 0; i < waiting_frames_per_neighbour_max + 3; ++i) resolve(who + 1000);
    for (std::size_t i = 0; i < 4; ++i) resolve(who + 2000);
    EXPECT_TRUE(answers(who + 1000, mac_number(1)));
    EXPECT_TRUE(answers(who + 2000, mac_number(2)));
    EXPECT_EQ(waiting(), 0U);
    advance(1s);
  }
}

// The table against a map, over entries that come, go and share runs of the hash.
TEST_F(neighbours_test, agrees_with_a_map_under_random_use) {
  constexpr std::uint64_t seed = 20261121;
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  random draw(seed);
  std::map<ipv4_address, mac_address> expected;
  for (int step = 0; step < 60000; ++step) {
    const auto who = static_cast<ipv4_address>(0x0a000000 + draw.below(neighbours_max - 30));
    const mac_address mac = mac_number(static_cast<std::uint32_t>(draw.next()));
    if (answers(who, mac)) {
      expected[who] = mac;
    } else if (draw.chance(1, 2)) {
      table_.learn(who, mac, now_);
      expected[who] = mac;
    }
    if (draw.chance(1, 300)) {
      // Everything that is used gets stale, is asked, stays silent and is forgotten.
      advance(neighbour_fresh_for);
      for (int i = 0; i < 200; ++i) {
        const auto silent = static_cast<ipv4_address>(0x0a000000 + draw.below(neighbours_max - 30));
        if (table_.find(silent, now_) != nullptr) expected.erase(silent);
      }
      for (unsigned i = 0; i < arp_requests_max; ++i) advance(arp_request_interval);
    }
    ASSERT_EQ(table_.size(), expected.size());
  }
  for (const auto& [who, mac] : expected) {
    const mac_address* found = table_.find(who, now_);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*found, mac);
  }
}

}  // namespace
}  // namespace wirebird::net
