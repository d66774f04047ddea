#include "tests/net/link_test.hh"

namespace wirebird::testing {
namespace {

using namespace std::chrono_literals;

class link_arp : public link_test {
 protected:
  static packet_bytes request(const mac_address& mac, std::string_view sender,
                              std::string_view target = "10.0.0.10") {
    return padded(ethernet(broadcast_mac, mac, type_arp, arp(1, mac, sender, no_mac, target)));
  }
  static mac_address mac_of(const packet_bytes& sent) {
    mac_address mac;
    std::copy(sent.begin(), sent.begin() + 6, mac.octets.begin());
    return mac;
  }
  /// The address that a datagram to `who` leaves for at once, if any.
  std::optional<mac_address> destination_of(std::string_view who) {
    for (const auto& bytes : output_to(who))
      if (load_be16(bytes.data() + 12) == type_ipv4) return mac_of(bytes);
    return std::nullopt;
  }
};

TEST_F(link_arp, literal_request_for_our_address_is_answered) {
  const auto frames =
      feed(hex("ffffffffffff 020000000014 0806 0001 0800 06 04 0001"
               "020000000014 0a000014 000000000000 0a00000a 000000000000000000000000000000000000"));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], padded(hex("020000000014 02000000000a 0806 0001 0800 06 04 0002"
                                  "02000000000a 0a00000a 020000000014 0a000014")));
}

TEST_F(link_arp, what_follows_a_request_is_not_sent_back) {
  const packet_bytes question = ethernet(broadcast_mac, peer_mac, type_arp,
                                         arp(1, peer_mac, "10.0.0.20", no_mac, "10.0.0.10")) +
                                packet_bytes(100, 0xee);
  const auto frames = feed(question);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], padded(ethernet(peer_mac, our_mac, type_arp,
                                       arp(2, our_mac, "10.0.0.10", peer_mac, "10.0.0.20"))));
}

TEST_F(link_arp, who_asks_us_is_remembered) {
  feed(request(peer_mac, "10.0.0.20"));
  EXPECT_EQ(destination_of("10.0.0.20"), peer_mac);
  EXPECT_EQ(counts().arp_requests_sent.value(), 0U);
}

TEST_F(link_arp, who_asks_others_is_not_remembered) {
  EXPECT_TRUE(feed(request(peer_mac, "10.0.0.20", "10.0.0.30")).empty());
  EXPECT_EQ(destination_of("10.0.0.20"), std::nullopt);
}

TEST_F(link_arp, probe_for_our_address_is_answered_and_not_learnt) {
  const auto frames = feed(request(peer_mac, "0.0.0.0"));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0][21], 2) << "a reply";
  EXPECT_EQ(counts().neighbours_learnt.value(), 0U);
}

TEST_F(link_arp, asker_from_another_network_is_answered_and_not_learnt) {
  EXPECT_EQ(feed(request(peer_mac, "192.168.7.7")).size(), 1U);
  EXPECT_EQ(counts().neighbours_learnt.value(), 0U);
}

TEST_F(link_arp, unasked_reply_is_not_believed) {
  EXPECT_TRUE(answer("10.0.0.20", peer_mac).empty());
  EXPECT_EQ(counts().arp_unasked.value(), 1U);
  EXPECT_EQ(destination_of("10.0.0.20"), std::nullopt);
}

TEST_F(link_arp, unknown_neighbour_is_asked_for_and_the_packet_waits) {
  EXPECT_EQ(output_to("10.0.0.20", hex("0102")), frames_seen{asks_for("10.0.0.20")});
  EXPECT_TRUE(output_to("10.0.0.20", hex("0304")).empty()) << "one request a second";
  const auto frames = answer("10.0.0.20", peer_mac);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(mac_of(frames[0]), peer_mac);
  EXPECT_EQ(frames[0][34], 1) << "in order";
  EXPECT_EQ(frames[1][34], 3);
  EXPECT_EQ(output_to("10.0.0.20").size(), 1U);
}

TEST_F(link_arp, three_requests_a_second_apart_then_the_packets_are_dropped) {
  output_to("10.0.0.20");
  EXPECT_TRUE(advance(998ms).empty());
  EXPECT_EQ(advance(2ms), frames_seen{asks_for("10.0.0.20")});
  EXPECT_EQ(advance(1s), frames_seen{asks_for("10.0.0.20")});
  EXPECT_EQ(pool_.in_use(), 1U);
  EXPECT_TRUE(advance(1s).empty());
  EXPECT_EQ(pool_.in_use(), 0U);
  EXPECT_EQ(counts().waiting_unreachable.value(), 1U);
  EXPECT_EQ(counts().neighbours_unreachable.value(), 1U);
}

TEST_F(link_arp, unreachable_neighbour_is_left_alone_for_a_while) {
  output_to("10.0.0.20");
  for (int i = 0; i < 3; ++i) advance(1s);
  EXPECT_TRUE(output_to("10.0.0.20").empty());
  EXPECT_EQ(counts().waiting_unreachable.value(), 2U);
  advance(net::unreachable_for);
  EXPECT_EQ(output_to("10.0.0.20"), frames_seen{asks_for("10.0.0.20")});
}

TEST_F(link_arp, unreachable_neighbour_that_speaks_up_is_reachable) {
  output_to("10.0.0.20");
  for (int i = 0; i < 3; ++i) advance(1s);
  feed(request(peer_mac, "10.0.0.20", "10.0.0.99"));
  EXPECT_EQ(destination_of("10.0.0.20"), peer_mac);
}

TEST_F(link_arp, old_neighbour_in_use_is_asked_directly_and_serves_meanwhile) {
  introduce("10.0.0.20", peer_mac);
  advance(net::neighbour_fresh_for - 1ms);
  EXPECT_EQ(output_to("10.0.0.20").size(), 1U);
  advance(1ms);
  const auto frames = output_to("10.0.0.20");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0], asks_for("10.0.0.20", peer_mac));
  EXPECT_EQ(mac_of(frames[1]), peer_mac);
  EXPECT_EQ(output_to("10.0.0.20").size(), 1U) << "one question is enough";
  answer("10.0.0.20", peer_mac);
  EXPECT_TRUE(advance(5s).empty());
  EXPECT_EQ(output_to("10.0.0.20").size(), 1U);
}

TEST_F(link_arp, old_neighbour_out_of_use_is_not_asked) {
  introduce("10.0.0.20", peer_mac);
  EXPECT_TRUE(advance(10min).empty());
  EXPECT_EQ(counts().arp_requests_sent.value(), 1U);
}

TEST_F(link_arp, old_neighbour_that_stays_silent_is_looked_for_by_broadcast) {
  introduce("10.0.0.20", peer_mac);
  advance(net::neighbour_fresh_for);
  output_to("10.0.0.20");
  EXPECT_EQ(advance(1s), frames_seen{asks_for("10.0.0.20", peer_mac)});
  EXPECT_EQ(advance(1s), frames_seen{asks_for("10.0.0.20", peer_mac)});
  EXPECT_TRUE(advance(1s).empty());
  EXPECT_EQ(output_to("10.0.0.20"), frames_seen{asks_for("10.0.0.20")});
  answer("10.0.0.20", gateway_mac);
  EXPECT_EQ(destination_of("10.0.0.20"), gateway_mac);
}

TEST_F(link_arp, known_neighbour_that_moves_is_followed) {
  introduce("10.0.0.20", peer_mac);
  feed(request(gateway_mac, "10.0.0.20", "10.0.0.20"));  // its announcement
  EXPECT_EQ(destination_of("10.0.0.20"), gateway_mac);
  EXPECT_EQ(counts().neighbours_moved.value(), 1U);
}

TEST_F(link_arp, packets_beyond_the_queue_push_out_the_oldest) {
  for (std::uint8_t i = 0; i < 20; ++i) send_to("10.0.0.20", {i});
  sent();
  const auto frames = answer("10.0.0.20", peer_mac);
  ASSERT_EQ(frames.size(), net::waiting_frames_per_neighbour_max);
  EXPECT_EQ(frames.front()[34], 4);
  EXPECT_EQ(frames.back()[34], 19);
  EXPECT_EQ(counts().waiting_overflowed.value(), 4U);
}

TEST_F(link_arp, claim_to_our_address_is_counted_and_answered_once_in_ten_seconds) {
  const packet_bytes announcement = padded(ethernet(
      broadcast_mac, our_mac, type_arp, arp(1, our_mac, "10.0.0.10", no_mac, "10.0.0.10")));
  EXPECT_EQ(feed(request(peer_mac, "10.0.0.10", "10.0.0.10")), frames_seen{announcement});
  EXPECT_TRUE(feed(request(peer_mac, "10.0.0.10")).empty());
  advance(10s);
  EXPECT_EQ(feed(request(peer_mac, "10.0.0.10", "10.0.0.33")), frames_seen{announcement});
  EXPECT_EQ(counts().arp_conflicts.value(), 3U);
  EXPECT_EQ(destination_of("10.0.0.10"), std::nullopt);
}

TEST_F(link_arp, impossible_senders_are_malformed) {
  for (const mac_address& mac : {no_mac, broadcast_mac, our_mac, mac_address{{1, 0, 0x5e}}}) {
    const auto frames = feed(
        ethernet(broadcast_mac, peer_mac, type_arp, arp(1, mac, "10.0.0.20", no_mac, "10.0.0.10")));
    EXPECT_TRUE(frames.empty());
  }
  EXPECT_EQ(counts().arp_malformed.value(), 4U);
}

TEST_F(link_arp, addresses_that_no_neighbour_has_are_never_learnt) {
  for (const char* sender :
       {"10.0.0.0", "10.0.0.255", "255.255.255.255", "127.0.0.1", "224.0.0.1", "10.0.1.20"})
    feed(request(peer_mac, sender));
  EXPECT_EQ(counts().neighbours_learnt.value(), 0U);
}

TEST_F(link_arp, flood_of_announcements_learns_nothing) {
  for (unsigned host = 20; host < 250; ++host) {
    const std::string who = "10.0.0." + std::to_string(host);
    feed(request(peer_mac, who, who));
    answer(who, peer_mac);
  }
  EXPECT_EQ(counts().neighbours_learnt.value(), 0U);
}

TEST_F(link_arp, no_frame_to_ask_with_is_counted_and_made_up_for) {
  std::vector<frame> held;
  frame segment = queue_.make(hex("0102"));
  while (frame taken = pool_.take()) held.push_back(std::move(taken));
  link_->output({ip("10.0.0.10"), ip("10.0.0.20"), ip_protocol::tcp, std::move(segment)}, now_);
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(counts().frames_dry.value(), 1U);
  held.clear();
  EXPECT_EQ(advance(1s), frames_seen{asks_for("10.0.0.20")});
  EXPECT_EQ(answer("10.0.0.20", peer_mac).size(), 1U);
}

}  // namespace
}  // namespace wirebird::testing
