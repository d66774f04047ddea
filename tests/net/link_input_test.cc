#include "tests/net/link_test.hh"

namespace wirebird::testing {
namespace {

class link_input : public link_test {
 protected:
  static packet_bytes packet(const ipv4_fields& fields, const packet_bytes& payload = segment) {
    return ethernet(our_mac, peer_mac, type_ipv4, ipv4(fields, payload));
  }
  /// Feeds a frame that must be dropped without a word. returns: what was counted besides arrival.
  std::string dropped(const packet_bytes& bytes) {
    const auto before = values();
    EXPECT_TRUE(feed(bytes).empty());
    std::string reasons;
    for (const auto& [name, value] : values())
      if (value != before.at(name) && name != "frames_received") reasons += name;
    return reasons;
  }
  std::map<std::string, std::uint64_t> values() const {
    std::map<std::string, std::uint64_t> all;
    counts().for_each([&](const char* name, const counter& c) { all[name] = c.value(); });
    return all;
  }

  static inline const packet_bytes segment = hex("9c40107e 01020304 00000000 50020400 00000000");
};

TEST_F(link_input, tcp_for_us_is_delivered) {
  const auto got = receive(packet({"10.0.0.20", "10.0.0.10"}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->source, ip("10.0.0.20"));
  EXPECT_EQ(got->destination, ip("10.0.0.10"));
  EXPECT_EQ(got->protocol, ip_protocol::tcp);
  const byte_view bytes = got->payload.bytes();
  EXPECT_EQ(packet_bytes(bytes.begin(), bytes.end()), segment);
  EXPECT_EQ(counts().tcp_delivered.value(), 1U);
  EXPECT_TRUE(sent().empty());
}

TEST_F(link_input, padding_of_a_short_frame_is_cut_off) {
  const auto got = receive(padded(packet({"10.0.0.20", "10.0.0.10"}, hex("0102030405"))));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->payload.size(), 5U);
}

TEST_F(link_input, largest_packet_is_delivered_whole) {
  const packet_bytes payload(1480, 0x5a);
  const auto got = receive(packet({"10.0.0.20", "10.0.0.10"}, payload));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->payload.size(), 1480U);
}

TEST_F(link_input, options_are_skipped) {
  const auto got = receive(packet(
      {.source = "10.0.0.20", .destination = "10.0.0.10", .options = hex("94040000 01010101")}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->payload.size(), segment.size());
  EXPECT_EQ(got->payload.bytes()[0], 0x9c);
}

TEST_F(link_input, ttl_does_not_matter_at_its_end) {
  EXPECT_TRUE(receive(packet({.source = "10.0.0.20", .destination = "10.0.0.10", .ttl = 0})));
}

TEST_F(link_input, senders_beyond_the_gateway_are_welcome) {
  EXPECT_TRUE(receive(packet({"203.0.113.9", "10.0.0.10"})));
}

TEST_F(link_input, wrong_header_checksum_is_dropped_unless_the_port_verified) {
  packet_bytes bytes = packet({"10.0.0.20", "10.0.0.10"});
  bytes[14 + 8] ^= 1;
  EXPECT_EQ(dropped(bytes), "ipv4_checksum_wrong");
  EXPECT_TRUE(receive(bytes, {.checksums_verified = true}));
}

TEST_F(link_input, ports_word_on_checksums_goes_up_with_the_segment) {
  const auto good = receive(packet({"10.0.0.20", "10.0.0.10"}), {.checksums_verified = true});
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->payload.marks().checksums_verified);
  const auto wrong = receive(packet({"10.0.0.20", "10.0.0.10"}), {.checksum_wrong = true});
  ASSERT_TRUE(wrong) << "the IP header is sound: the TCP checksum is TCP's to judge";
  EXPECT_TRUE(wrong->payload.marks().checksum_wrong);
}

TEST_F(link_input, every_short_frame_is_dropped) {
  const packet_bytes whole = packet({"10.0.0.20", "10.0.0.10"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const packet_bytes cut(whole.begin(), whole.begin() + static_cast<int>(size));
    EXPECT_EQ(dropped(cut), size < 14 ? "ethernet_too_short" : "ipv4_malformed") << size;
  }
}

TEST_F(link_input, fragments_are_dropped) {
  for (const unsigned field : {0x2000U, 0x0001U, 0x2001U, 0x1fffU})
    EXPECT_EQ(dropped(packet(
                  {.source = "10.0.0.20", .destination = "10.0.0.10", .flags_and_offset = field})),
              "ipv4_fragments");
}

TEST_F(link_input, lying_lengths_are_dropped) {
  for (const int error : {1, 100, -21, -40})
    EXPECT_EQ(
        dropped(packet({.source = "10.0.0.20", .destination = "10.0.0.10", .length_error = error})),
        "ipv4_malformed");
}

TEST_F(link_input, other_destinations_are_dropped) {
  for (const char* text :
       {"10.0.0.11", "10.0.0.255", "255.255.255.255", "224.0.0.1", "127.0.0.1", "0.0.0.0"})
    EXPECT_EQ(dropped(packet({"10.0.0.20", text})), "ipv4_not_for_us") << text;
}

TEST_F(link_input, impossible_sources_are_dropped) {
  for (const char* text : {"0.0.0.0", "10.0.0.10", "10.0.0.255", "10.0.0.0", "127.0.0.1",
                           "224.0.0.5", "255.255.255.255"})
    EXPECT_EQ(dropped(packet({text, "10.0.0.10"})), "ipv4_source_wrong") << text;
}

TEST_F(link_input, frames_of_others_are_dropped) {
  const packet_bytes inside = ipv4({"10.0.0.20", "10.0.0.10"}, segment);
  EXPECT_EQ(dropped(ethernet(gateway_mac, peer_mac, type_ipv4, inside)), "ethernet_not_for_us");
  EXPECT_EQ(dropped(ethernet(our_mac, our_mac, type_ipv4, inside)), "ethernet_source_wrong");
  EXPECT_EQ(dropped(ethernet(our_mac, broadcast_mac, type_ipv4, inside)), "ethernet_source_wrong");
}

TEST_F(link_input, our_address_in_a_group_frame_is_dropped) {
  const packet_bytes inside = ipv4({"10.0.0.20", "10.0.0.10"}, segment);
  const mac_address group{{0x01, 0, 0x5e, 0, 0, 1}};
  EXPECT_EQ(dropped(ethernet(broadcast_mac, peer_mac, type_ipv4, inside)),
            "ipv4_in_link_broadcast");
  EXPECT_EQ(dropped(ethernet(group, peer_mac, type_ipv4, inside)), "ipv4_in_link_broadcast");
}

TEST_F(link_input, what_is_not_supported_is_counted_by_kind) {
  const packet_bytes inside = ipv4({"10.0.0.20", "10.0.0.10"}, segment);
  EXPECT_EQ(dropped(ethernet(our_mac, peer_mac, 0x8100, hex("00010800") + inside)),
            "ethernet_vlan_tagged");
  EXPECT_EQ(dropped(ethernet(our_mac, peer_mac, 0x88a8, hex("00010800") + inside)),
            "ethernet_vlan_tagged");
  EXPECT_EQ(dropped(ethernet(our_mac, peer_mac, 0x86dd, inside)), "ethernet_type_unknown");
  EXPECT_EQ(dropped(ethernet(our_mac, peer_mac, 0x0042, inside)), "ethernet_type_unknown");
}

TEST_F(link_input, every_counter_has_its_own_name) {
  std::size_t named = 0;
  counts().for_each([&](const char*, const counter&) { ++named; });
  EXPECT_EQ(values().size(), named);
  EXPECT_EQ(sizeof(net::counters), named * sizeof(counter)) << "a counter is not visited";
}

}  // namespace
}  // namespace wirebird::testing
