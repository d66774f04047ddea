#include "tests/net/link_test.hh"

namespace wirebird::testing {
namespace {

using namespace std::chrono_literals;

class link_output : public link_test {};

TEST_F(link_output, datagram_leaves_as_a_sound_packet) {
  introduce("10.0.0.20", peer_mac);
  packet_bytes segment(40);
  for (std::size_t i = 0; i < segment.size(); ++i) segment[i] = static_cast<std::uint8_t>(i);
  const auto frames = output_to("10.0.0.20", segment);
  ASSERT_EQ(frames.size(), 1U);
  packet_bytes expected =
      ethernet(peer_mac, our_mac, type_ipv4, ipv4({"10.0.0.10", "10.0.0.20"}, segment));
  // The identification is anybody's guess; it and the checksum are judged apart.
  packet_bytes got = frames[0];
  EXPECT_EQ(naive_checksum(byte_view(got).subspan(14, 20)), 0);
  for (const std::size_t at : {18U, 19U, 24U, 25U}) expected[at] = got[at] = 0;
  EXPECT_EQ(got, expected);
}

TEST_F(link_output, identification_counts_up) {
  introduce("10.0.0.20", peer_mac);
  const unsigned first = load_be16(output_to("10.0.0.20").at(0).data() + 18);
  const unsigned second = load_be16(output_to("10.0.0.20").at(0).data() + 18);
  EXPECT_EQ(second, (first + 1) & 0xffff);
}

TEST_F(link_output, short_frames_are_padded_with_zeros) {
  introduce("10.0.0.20", peer_mac);
  const auto frames = output_to("10.0.0.20", hex("ffff"));
  ASSERT_EQ(frames.size(), 1U);
  ASSERT_EQ(frames[0].size(), 60U);
  EXPECT_EQ(load_be16(frames[0].data() + 16), 22) << "padding is not in the total length";
  for (std::size_t at = 36; at < 60; ++at) EXPECT_EQ(frames[0][at], 0);
}

TEST_F(link_output, header_checksum_is_left_to_a_port_that_fills_it) {
  introduce("10.0.0.20", peer_mac);
  frame segment = queue_.make(hex("0102"), {.offload_checksums = true});
  link_->output({ip("10.0.0.10"), ip("10.0.0.20"), ip_protocol::tcp, std::move(segment)}, now_);
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(load_be16(frames[0].data() + 24), 0);
  EXPECT_TRUE(queue_.sent_marks().back().offload_checksums);
}

TEST_F(link_output, off_link_goes_through_the_gateway) {
  EXPECT_EQ(output_to("203.0.113.9"), frames_seen{asks_for("10.0.0.1")});
  const auto frames = answer("10.0.0.1", gateway_mac);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(packet_bytes(frames[0].begin(), frames[0].begin() + 6), of(gateway_mac));
  EXPECT_EQ(load_be32(frames[0].data() + 30), v4("203.0.113.9"));
  EXPECT_EQ(output_to("198.51.100.1").size(), 1U) << "one gateway serves all";
}

TEST_F(link_output, off_link_without_a_gateway_is_dropped) {
  restart({.address = {ip("10.0.0.10"), 24}, .gateway = {}});
  EXPECT_TRUE(output_to("203.0.113.9").empty());
  EXPECT_EQ(counts().output_no_route.value(), 1U);
}

TEST_F(link_output, gateway_outside_the_prefix_is_asked_on_the_link) {
  restart({.address = {ip("10.0.0.10"), 32}, .gateway = ip("10.0.0.1")});
  EXPECT_EQ(output_to("10.0.0.20"), frames_seen{asks_for("10.0.0.1")});
  EXPECT_EQ(answer("10.0.0.1", gateway_mac).size(), 1U);
}

TEST_F(link_output, destinations_that_are_no_host_are_dropped) {
  const char* const texts[] = {"10.0.0.10", "10.0.0.255", "255.255.255.255", "224.0.0.1",
                               "0.0.0.0",   "127.0.0.1",  "2001:db8::1"};
  for (const char* text : texts) EXPECT_TRUE(output_to(text).empty()) << text;
  EXPECT_EQ(counts().output_no_route.value(), std::size(texts));
}

TEST_F(link_output, mtu_is_the_smaller_of_ours_and_the_ports) {
  EXPECT_EQ(link_->mtu(), 1500U);
  memory_queue narrow(pool_, our_mac, {.mtu = 1280});
  const net::link other(usual_options(), narrow, timers_, random_);
  EXPECT_EQ(other.mtu(), 1280U);
}

TEST_F(link_output, datagram_beyond_the_mtu_is_dropped) {
  introduce("10.0.0.20", peer_mac);
  EXPECT_EQ(output_to("10.0.0.20", packet_bytes(1480)).size(), 1U);
  EXPECT_TRUE(output_to("10.0.0.20", packet_bytes(1481)).empty());
  EXPECT_EQ(counts().output_too_big.value(), 1U);
}

TEST_F(link_output, datagram_that_the_port_will_cut_may_exceed_the_mtu) {
  introduce("10.0.0.20", peer_mac);
  frame segment = queue_.make(packet_bytes(1900), {.segment_bytes = 1460});
  link_->output({ip("10.0.0.10"), ip("10.0.0.20"), ip_protocol::tcp, std::move(segment)}, now_);
  EXPECT_EQ(sent().size(), 1U);
}

TEST_F(link_output, nothing_leaves_before_flush) {
  introduce("10.0.0.20", peer_mac);
  EXPECT_FALSE(link_->has_queued());
  send_to("10.0.0.20");
  EXPECT_TRUE(link_->has_queued());
  EXPECT_TRUE(queue_.take_sent().empty());
  link_->flush();
  EXPECT_FALSE(link_->has_queued());
  EXPECT_EQ(queue_.take_sent().size(), 1U);
}

TEST_F(link_output, what_the_port_does_not_take_stays_in_order) {
  introduce("10.0.0.20", peer_mac);
  for (std::uint8_t i = 0; i < 10; ++i) send_to("10.0.0.20", {i});
  queue_.accept_only(3);
  EXPECT_EQ(sent().size(), 3U);
  EXPECT_TRUE(sent().empty());
  EXPECT_TRUE(link_->has_queued());
  queue_.accept_only(100);
  const auto rest = sent();
  ASSERT_EQ(rest.size(), 7U);
  for (std::uint8_t i = 0; i < 7; ++i) EXPECT_EQ(rest[i][34], i + 3);
  EXPECT_EQ(counts().frames_sent.value(), counts().frames_queued.value());
}

TEST_F(link_output, full_queue_drops_and_counts) {
  introduce("10.0.0.20", peer_mac);
  for (std::size_t i = 0; i < net::transmit_frames_max; ++i) send_to("10.0.0.20");
  EXPECT_EQ(link_->room(), 0U);
  send_to("10.0.0.20");
  EXPECT_EQ(counts().transmit_queue_full.value(), 1U);
  EXPECT_EQ(sent().size(), net::transmit_frames_max);
  EXPECT_EQ(link_->room(), net::transmit_frames_max);
}

// The ring's end is crossed at every possible place, with the port taking odd amounts.
TEST_F(link_output, order_holds_across_the_ends_of_the_ring) {
  introduce("10.0.0.20", peer_mac);
  unsigned next_in = 0;
  unsigned next_out = 0;
  for (int round = 0; round < 200; ++round) {
    while (link_->room() > 300) {
      send_to("10.0.0.20", be16(next_in));
      next_in = (next_in + 1) & 0xffff;
    }
    queue_.accept_only(237);
    for (const auto& bytes : sent()) {
      ASSERT_EQ(load_be16(bytes.data() + 34), next_out);
      next_out = (next_out + 1) & 0xffff;
    }
  }
  EXPECT_GT(next_out, 40000U);
  queue_.accept_only(10000);
}

TEST_F(link_output, room_leaves_frames_for_receiving) {
  EXPECT_EQ(link_->room(), net::transmit_frames_max);
  std::vector<frame> held;
  while (pool_.available() > net::frames_kept_for_receive + 5) held.push_back(pool_.take());
  EXPECT_EQ(link_->room(), 5U);
  while (pool_.available() > 1) held.push_back(pool_.take());
  EXPECT_EQ(link_->room(), 0U);
}

TEST_F(link_output, link_that_ends_gives_its_frames_back) {
  introduce("10.0.0.20", peer_mac);
  send_to("10.0.0.20");  // queued
  send_to("10.0.0.21");  // waits for an address
  EXPECT_GT(pool_.in_use(), 0U);
  restart(usual_options());
  EXPECT_EQ(pool_.in_use(), 0U);
  EXPECT_EQ(timers_.armed(), 0U);
}

}  // namespace
}  // namespace wirebird::testing
