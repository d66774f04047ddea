#include "dataplane/net/arp.hh"
#include "dataplane/net/ethernet.hh"
#include "dataplane/net/icmp.hh"
#include "dataplane/net/ipv4.hh"
#include "tests/sim/packets.hh"

#include <gtest/gtest.h>

namespace wirebird::net {
namespace {

using wirebird::testing::hex;
using wirebird::testing::ip;
using wirebird::testing::packet_bytes;
using wirebird::testing::v4;

// An echo request from a Linux host, taken apart and put together again layer by layer.
const packet_bytes echo_request =
    hex("02000000000a 020000000014 0800"
        "4500 0024 1c46 4000 4001 0a76 0a000014 0a00000a"
        "0800 5435 1234 0001 6162636465666768");

TEST(ethernet, header_of_a_literal_frame) {
  const auto view = ethernet_view::of(echo_request);
  ASSERT_TRUE(view);
  const ethernet_header expected{
      {{0x02, 0, 0, 0, 0, 0x0a}}, {{0x02, 0, 0, 0, 0, 0x14}}, ethernet_type::ipv4};
  EXPECT_EQ(parse(*view), expected);
  packet_bytes written(ethernet_header_bytes);
  emit(expected, written);
  EXPECT_EQ(written, packet_bytes(echo_request.begin(), echo_request.begin() + 14));
}

TEST(ethernet, thirteen_bytes_are_no_frame) {
  EXPECT_FALSE(ethernet_view::of(byte_view(echo_request).first(13)));
  EXPECT_TRUE(ethernet_view::of(byte_view(echo_request).first(14)));
}

TEST(arp, literal_request_and_back) {
  const packet_bytes bytes =
      hex("0001 0800 06 04 0001 020000000014 0a000014 000000000000 0a00000a");
  const auto view = arp_view::of(bytes);
  ASSERT_TRUE(view);
  const arp_packet expected{
      arp_operation::request, {{0x02, 0, 0, 0, 0, 0x14}}, v4("10.0.0.20"), {}, v4("10.0.0.10")};
  EXPECT_EQ(parse(*view), expected);
  packet_bytes written(arp_packet_bytes);
  emit(expected, written);
  EXPECT_EQ(written, bytes);
}

TEST(arp, other_kinds_of_address_are_refused) {
  const packet_bytes good = hex("0001 0800 06 04 0002 020000000014 0a000014 02000000000a 0a00000a");
  ASSERT_TRUE(arp_view::of(good));
  EXPECT_FALSE(arp_view::of(byte_view(good).first(27)));
  for (const std::size_t field : {0U, 1U, 2U, 3U, 4U, 5U, 6U}) {
    packet_bytes bad = good;
    bad[field] ^= 0x11;
    EXPECT_FALSE(arp_view::of(bad)) << "byte " << field;
  }
  for (const unsigned operation : {0U, 3U, 4U, 255U}) {
    packet_bytes bad = good;
    bad[7] = static_cast<std::uint8_t>(operation);
    EXPECT_FALSE(arp_view::of(bad)) << "operation " << operation;
  }
}

TEST(ipv4, header_of_a_literal_packet) {
  const byte_view packet = byte_view(echo_request).subspan(14);
  const auto view = ipv4_view::of(packet);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->checksum_holds());
  const ipv4_header header = parse(*view);
  EXPECT_EQ(header.total_bytes, 36);
  EXPECT_EQ(header.identification, 0x1c46);
  EXPECT_TRUE(header.dont_fragment);
  EXPECT_EQ(header.ttl, 64);
  EXPECT_EQ(header.protocol, 1);
  EXPECT_EQ(header.source, v4("10.0.0.20"));
  EXPECT_EQ(header.destination, v4("10.0.0.10"));
  packet_bytes written(ipv4_header_bytes);
  emit(header, written);
  EXPECT_EQ(written, packet_bytes(packet.begin(), packet.begin() + 20));
}

// The example that textbooks use.
TEST(ipv4, known_checksum) {
  const packet_bytes header = hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7");
  packet_bytes written(ipv4_header_bytes);
  emit({.total_bytes = 0x73,
        .dont_fragment = true,
        .ttl = 64,
        .protocol = 17,
        .source = v4("192.168.0.1"),
        .destination = v4("192.168.0.199")},
       written);
  EXPECT_EQ(written, header);
  emit(parse(*ipv4_view::of_quoted(header)), written, ipv4_checksum::by_port);
  EXPECT_EQ(written, hex("4500 0073 0000 4000 4011 0000 c0a80001 c0a800c7"));
}

TEST(ipv4, every_field_survives_a_round_trip) {
  packet_bytes written(60);
  for (const unsigned each : {0U, 1U, 0x1555U, 0x1fffU}) {
    const auto bits = static_cast<std::uint16_t>(each);
    const ipv4_header header{.traffic_class = static_cast<std::uint8_t>(bits),
                             .total_bytes = 60,
                             .identification = static_cast<std::uint16_t>(bits * 5),
                             .dont_fragment = (bits & 1) != 0,
                             .more_fragments = (bits & 1) == 0,
                             .fragment_offset = bits,
                             .ttl = static_cast<std::uint8_t>(bits + 3),
                             .protocol = static_cast<std::uint8_t>(bits + 6),
                             .source = 0x01020304U + bits,
                             .destination = 0xf1f2f3f4U - bits};
    emit(header, written);
    const auto view = ipv4_view::of(written);
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->checksum_holds());
    EXPECT_EQ(parse(*view), header);
  }
}

TEST(ipv4, unsound_lengths_are_refused) {
  packet_bytes packet = hex("4500 0018 0000 4000 4006 0000 0a000001 0a000002 01020304");
  ASSERT_TRUE(ipv4_view::of(packet));
  EXPECT_EQ(ipv4_view::of(packet)->payload().size(), 4U);
  EXPECT_FALSE(ipv4_view::of(byte_view(packet).first(23))) << "longer than what is there";
  EXPECT_FALSE(ipv4_view::of(byte_view(packet).first(19))) << "no whole header";
  EXPECT_FALSE(ipv4_view::of({}));
  packet[3] = 19;
  EXPECT_FALSE(ipv4_view::of(packet)) << "shorter than its header";
  packet[3] = 24;
  packet[0] = 0x44;
  EXPECT_FALSE(ipv4_view::of(packet)) << "header of 16 bytes";
  packet[0] = 0x47;
  EXPECT_FALSE(ipv4_view::of(packet)) << "header of 28 bytes in 24";
  packet[0] = 0x65;
  EXPECT_FALSE(ipv4_view::of(packet)) << "version 6";
  packet[0] = 0x46;
  EXPECT_TRUE(ipv4_view::of(packet)) << "4 bytes of options and no payload";
}

TEST(ipv4, padding_behind_the_packet_is_not_payload) {
  packet_bytes packet = hex("4500 0018 0000 4000 4006 0000 0a000001 0a000002 01020304");
  packet.resize(46);
  EXPECT_EQ(ipv4_view::of(packet)->payload().size(), 4U);
}

TEST(icmp, literal_echo_and_back) {
  packet_bytes message(echo_request.begin() + 34, echo_request.end());
  const auto view = icmp_view::of(message);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->checksum_holds());
  const icmp_header expected{icmp_type::echo_request, 0, 0x12340001};
  EXPECT_EQ(parse(*view), expected);
  packet_bytes written = message;
  std::fill(written.begin(), written.begin() + 8, std::uint8_t{0xee});
  emit(expected, written);
  EXPECT_EQ(written, message);
  EXPECT_FALSE(icmp_view::of(byte_view(message).first(7)));
  message.back() ^= 1;
  EXPECT_FALSE(icmp_view::of(message)->checksum_holds());
}

// "Fragmentation needed" for a segment of ours, next-hop MTU 1400, quoting the least allowed.
const packet_bytes too_big =
    hex("0304 46bf 0000 0578"
        "4500 0028 1c46 4000 4006 5279 0a00000a c0000207 107e 9c40 01020304");

TEST(icmp, error_about_a_tcp_segment_is_read) {
  const auto error = parse_tcp_error(*icmp_view::of(too_big));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->what, path_error::kind::too_big);
  EXPECT_EQ(error->mtu, 1400U);
  EXPECT_EQ(error->local, (endpoint{ip("10.0.0.10"), 4222}));
  EXPECT_EQ(error->remote, (endpoint{ip("192.0.2.7"), 40000}));
  EXPECT_EQ(error->sequence, 0x01020304U);
}

TEST(icmp, errors_are_hard_soft_or_about_size) {
  const auto kind = [](unsigned type, unsigned code) {
    packet_bytes message = too_big;
    message[0] = static_cast<std::uint8_t>(type);
    message[1] = static_cast<std::uint8_t>(code);
    return parse_tcp_error(*icmp_view::of(message))->what;
  };
  for (const unsigned code : {2U, 3U, 9U, 10U, 13U})
    EXPECT_EQ(kind(3, code), path_error::kind::refused) << code;
  for (const unsigned code : {0U, 1U, 5U, 6U, 7U, 11U, 12U, 99U})
    EXPECT_EQ(kind(3, code), path_error::kind::unreachable) << code;
  EXPECT_EQ(kind(11, 0), path_error::kind::unreachable);
  EXPECT_EQ(kind(12, 4), path_error::kind::unreachable);
}

TEST(icmp, errors_about_anything_else_are_not_for_tcp) {
  const auto about_tcp = [](packet_bytes message) {
    return parse_tcp_error(*icmp_view::of(message)).has_value();
  };
  ASSERT_TRUE(about_tcp(too_big));
  for (std::size_t size = 8; size < too_big.size(); ++size)
    EXPECT_FALSE(about_tcp({too_big.begin(), too_big.begin() + static_cast<int>(size)})) << size;
  packet_bytes message = too_big;
  message[0] = 5;
  EXPECT_FALSE(about_tcp(message)) << "a redirect";
  message = too_big;
  message[17] = 17;
  EXPECT_FALSE(about_tcp(message)) << "about UDP";
  message = too_big;
  message[15] = 1;
  EXPECT_FALSE(about_tcp(message)) << "about a later fragment, which has no TCP header";
  message = too_big;
  message[8] = 0x4f;
  EXPECT_FALSE(about_tcp(message)) << "quotes options that are not there";
}

}  // namespace
}  // namespace wirebird::net
