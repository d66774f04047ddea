#include "tests/net/link_test.hh"

namespace wirebird::testing {
namespace {

class link_icmp : public link_test {
 protected:
  static packet_bytes to_us(unsigned protocol, const packet_bytes& payload,
                            std::string_view from = "10.0.0.20") {
    return ethernet(
        our_mac, peer_mac, type_ipv4,
        ipv4({.source = from, .destination = "10.0.0.10", .protocol = protocol}, payload));
  }
  static packet_bytes echo(const packet_bytes& body) {
    return to_us(1, icmp(8, 0, 0x12340001, body));
  }
  /// The IP payload of a frame of ours, after its headers were found right.
  static packet_bytes payload_of(const packet_bytes& sent, std::string_view destination) {
    EXPECT_GE(sent.size(), 42U);
    const byte_view frame(sent);
    EXPECT_EQ(packet_bytes(sent.begin(), sent.begin() + 14),
              of(peer_mac) + of(our_mac) + be16(type_ipv4));
    EXPECT_EQ(naive_checksum(frame.subspan(14, 20)), 0);
    EXPECT_EQ(load_be32(sent.data() + 26), v4("10.0.0.10"));
    EXPECT_EQ(load_be32(sent.data() + 30), v4(destination));
    const int end = 14 + load_be16(sent.data() + 16);
    return {sent.begin() + 34, sent.begin() + end};
  }
};

TEST_F(link_icmp, literal_echo_request_is_answered) {
  const auto frames =
      feed(hex("02000000000a 020000000014 0800"
               "4500 0024 1c46 4000 4001 0a76 0a000014 0a00000a"
               "0800 5435 1234 0001 6162636465666768"));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(payload_of(frames[0], "10.0.0.20"), hex("0000 5c35 1234 0001 6162636465666768"));
  EXPECT_EQ(frames[0][14 + 8], 64) << "TTL";
  EXPECT_EQ(frames[0][14 + 6], 0x40) << "don't fragment";
  EXPECT_EQ(counts().icmp_echoes_answered.value(), 1U);
}

TEST_F(link_icmp, echoes_of_all_sizes_carry_their_data_back) {
  for (const std::size_t size : {0U, 1U, 7U, 18U, 55U, 56U, 57U, 1471U, 1472U}) {
    packet_bytes body(size);
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::uint8_t>(i * 7);
    const auto frames = feed(padded(echo(body)));
    ASSERT_EQ(frames.size(), 1U) << size;
    EXPECT_EQ(payload_of(frames[0], "10.0.0.20"), icmp(0, 0, 0x12340001, body)) << size;
    EXPECT_EQ(frames[0].size(), std::max<std::size_t>(60, 42 + size));
  }
}

TEST_F(link_icmp, echo_from_beyond_the_gateway_goes_back_where_it_came_from) {
  const auto frames = feed(to_us(1, icmp(8, 0, 1, {}), "203.0.113.9"));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(payload_of(frames[0], "203.0.113.9"), icmp(0, 0, 1, {}));
}

TEST_F(link_icmp, echo_with_a_wrong_checksum_is_dropped_whatever_the_port_says) {
  packet_bytes bytes = echo(hex("616263"));
  bytes.back() ^= 1;
  EXPECT_FALSE(receive(bytes, {.checksums_verified = true}));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(counts().icmp_malformed.value(), 1U);
}

TEST_F(link_icmp, reply_does_not_inherit_the_ports_marks) {
  EXPECT_FALSE(receive(echo({}), {.checksums_verified = true}));
  sent();
  EXPECT_FALSE(queue_.sent_marks().back().checksums_verified);
}

TEST_F(link_icmp, echoes_beyond_the_rate_are_dropped_and_later_ones_answered) {
  std::size_t answered = 0;
  for (std::uint32_t i = 0; i < net::icmp_echoes.burst + 50; ++i) answered += feed(echo({})).size();
  EXPECT_EQ(answered, net::icmp_echoes.burst);
  EXPECT_EQ(counts().icmp_echo_rate_limited.value(), 50U);
  advance(std::chrono::milliseconds(10));
  for (int i = 0; i < 50; ++i) answered += feed(echo({})).size();
  EXPECT_EQ(answered, net::icmp_echoes.burst + net::icmp_echoes.per_second / 100);
}

TEST_F(link_icmp, unknown_protocol_is_answered_with_the_packet_quoted) {
  const packet_bytes datagram = hex("14e9 0035 000c 0000 01020304");
  const packet_bytes bytes = to_us(17, datagram);
  const auto frames = feed(bytes);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(payload_of(frames[0], "10.0.0.20"),
            icmp(3, 2, 0, packet_bytes(bytes.begin() + 14, bytes.end())));
}

TEST_F(link_icmp, quote_is_kept_within_576_bytes) {
  const auto frames = feed(to_us(17, packet_bytes(1400, 0x33)));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].size(), 14U + 576U);
  EXPECT_EQ(naive_checksum(payload_of(frames[0], "10.0.0.20")), 0);
}

TEST_F(link_icmp, unreachables_are_rate_limited) {
  std::size_t answered = 0;
  for (std::uint32_t i = 0; i < net::icmp_errors.burst + 30; ++i)
    answered += feed(to_us(17, hex("0102030405060708"))).size();
  EXPECT_EQ(answered, net::icmp_errors.burst);
  EXPECT_EQ(counts().ipv4_protocol_unknown.value(), 30U);
}

TEST_F(link_icmp, errors_are_told_apart_and_never_answered) {
  const packet_bytes ours = ipv4({"10.0.0.10", "192.0.2.7"}, hex("107e9c4001020304"));
  const packet_bytes others = ipv4({"10.0.0.11", "192.0.2.7"}, hex("107e9c4001020304"));
  for (const unsigned type : {3U, 11U, 12U})
    EXPECT_TRUE(feed(to_us(1, icmp(type, 0, 0, ours))).empty());
  EXPECT_EQ(counts().icmp_errors_about_tcp.value(), 3U);
  EXPECT_TRUE(feed(to_us(1, icmp(3, 1, 0, others))).empty());
  EXPECT_TRUE(feed(to_us(1, icmp(5, 1, 0, ours))).empty());
  EXPECT_TRUE(feed(to_us(1, icmp(0, 0, 0, {}))).empty());
  EXPECT_TRUE(feed(to_us(1, icmp(3, 1, 0, {}))).empty());
  EXPECT_EQ(counts().icmp_ignored.value(), 4U);
}

TEST_F(link_icmp, errors_about_our_segments_are_handed_up) {
  struct noting final : path_error_sink {
    void on_path_error(const path_error& error, instant) override { seen.push_back(error); }
    std::vector<path_error> seen;
  } tcp;
  link_->report_path_errors_to(tcp);
  const packet_bytes ours = ipv4({"10.0.0.10", "192.0.2.7"}, hex("107e9c4001020304"));
  const packet_bytes others = ipv4({"10.0.0.11", "192.0.2.7"}, hex("107e9c4001020304"));
  feed(to_us(1, icmp(3, 4, 1280, ours)));
  feed(to_us(1, icmp(3, 4, 1280, others)));
  ASSERT_EQ(tcp.seen.size(), 1U);
  EXPECT_EQ(tcp.seen[0].mtu, 1280U);
  EXPECT_EQ(tcp.seen[0].remote, (endpoint{ip("192.0.2.7"), 0x9c40}));
}

TEST_F(link_icmp, seven_bytes_are_malformed) {
  EXPECT_TRUE(feed(to_us(1, hex("08005435123400"))).empty());
  EXPECT_EQ(counts().icmp_malformed.value(), 1U);
}

}  // namespace
}  // namespace wirebird::testing
