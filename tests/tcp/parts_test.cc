#include "dataplane/base/random.hh"
#include "dataplane/tcp/demux.hh"
#include "dataplane/tcp/newreno.hh"
#include "dataplane/tcp/rtt.hh"
#include "dataplane/tcp/segment.hh"
#include "dataplane/tcp/segment_checksum.hh"
#include "dataplane/tcp/state.hh"
#include "tests/tcp/dialogue.hh"

#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::tcp {

static_assert(sequence{0xffffffff} < sequence{1});
static_assert(sequence{1} - sequence{0xffffffff} == 2);
static_assert(bytes_between(sequence{5}, sequence{3}) == 0);
static_assert(transition_is_legal(state::fin_wait_1, state::time_wait));
static_assert(!transition_is_legal(state::time_wait, state::established));

TEST(demux, finds_what_is_in_and_nothing_else_through_many_changes) {
  constexpr std::uint64_t seed = 5;
  SCOPED_TRACE("seed " + std::to_string(seed));
  random dice(seed);
  constexpr std::size_t count = 500;
  demux table(count, siphash_key{3, 4});
  std::vector<std::unique_ptr<flow>> flows;
  std::vector<bool> is_in(count);
  for (std::size_t i = 0; i < count; ++i) {
    flows.push_back(std::make_unique<flow>(flow::kind::connection));
    flows.back()->tuple.remote.port = static_cast<std::uint16_t>(i);
  }
  for (int step = 0; step < 20000; ++step) {
    const std::size_t i = dice.below(count);
    if (is_in[i])
      table.erase(*flows[i]);
    else
      ASSERT_TRUE(table.insert(*flows[i]));
    is_in[i] = !is_in[i];
    const std::size_t asked = dice.below(count);
    ASSERT_EQ(table.find(flows[asked]->tuple), is_in[asked] ? flows[asked].get() : nullptr);
  }
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_EQ(table.find(flows[i]->tuple), is_in[i] ? flows[i].get() : nullptr);
}

TEST(demux, refuses_more_flows_than_its_limit) {
  demux table(1, siphash_key{});
  flow first(flow::kind::connection);
  flow second(flow::kind::connection);
  second.tuple.local.port = 1;
  EXPECT_TRUE(table.insert(first));
  EXPECT_FALSE(table.insert(second));
}

TEST(segment, parse_is_the_inverse_of_emit) {
  for (unsigned which = 0; which < 32; ++which) {
    segment out;
    out.source_port = 4222;
    out.destination_port = 50000;
    out.seq = {0x01020304};
    out.ack = {0xfffefdfc};
    out.flags = flag::ack | flag::psh;
    out.window = 0xabcd;
    if (which & 1) out.mss = 1460;
    if (which & 2) out.window_scale = 7;
    if (which & 4) out.sack_permitted = true;
    if (which & 8) out.stamps = timestamps{1, 0x80000000};
    if (which & 16) {
      out.sack[0] = {{1}, {2}};
      out.sack_count = 1;
    }
    std::vector<std::uint8_t> bytes(emitted_bytes(out) + 3);
    emit(out, bytes);
    const std::optional<segment> in = parse(bytes);
    ASSERT_TRUE(in);
    EXPECT_EQ(in->payload_bytes, 3U);
    EXPECT_EQ(in->seq, out.seq);
    EXPECT_EQ(in->ack, out.ack);
    EXPECT_EQ(in->flags, out.flags);
    EXPECT_EQ(in->window, out.window);
    EXPECT_EQ(in->mss, out.mss);
    EXPECT_EQ(in->window_scale, out.window_scale);
    EXPECT_EQ(in->sack_permitted, out.sack_permitted);
    EXPECT_EQ(in->stamps, out.stamps);
    EXPECT_EQ(in->sack_count, out.sack_count);
    EXPECT_EQ(in->sack[0], out.sack[0]);
    EXPECT_FALSE(in->options_cut);
  }
}

TEST(segment, as_many_sack_blocks_as_fit_beside_timestamps_are_sent) {
  segment out;
  out.stamps = timestamps{};
  out.sack_count = 4;
  EXPECT_EQ(emitted_bytes(out), 20U + 12 + 4 + 3 * 8);
}

TEST(checksum, an_offloading_port_gets_the_folded_pseudo_header) {
  plain_frame_pool pool(1);
  datagram packet{ip_address::from_v4(0x0a000001), ip_address::from_v4(0x0a000002),
                  ip_protocol::tcp, pool.take()};
  emit(segment{}, packet.payload.append(20));
  fill_checksum(packet, true);
  EXPECT_TRUE(packet.payload.marks().offload_checksums);
  // 0a00 + 0001 + 0a00 + 0002 + 6 + 20
  EXPECT_EQ(load_be16(packet.payload.bytes().data() + 16), 0x1400 + 3 + 6 + 20);
}

TEST(checksum, left_to_a_card_that_never_came_is_told_from_damage) {
  plain_frame_pool pool(1);
  datagram packet{ip_address::from_v4(0x0a000001), ip_address::from_v4(0x0a000002),
                  ip_protocol::tcp, pool.take()};
  emit(segment{}, packet.payload.append(20));
  fill_checksum(packet, true);
  EXPECT_FALSE(checksum_is_good(packet));
  EXPECT_TRUE(checksum_is_partial(packet));
  packet.payload.writable()[17] ^= 1;
  EXPECT_FALSE(checksum_is_partial(packet));
}

TEST(rtt, follows_rfc_6298) {
  options settings;
  settings.rto_min = 1ms;
  rtt_estimator rtt(settings);
  EXPECT_EQ(rtt.rto(), 1s);
  rtt.sample(100ms);
  EXPECT_EQ(rtt.rto(), 300ms) << "R + 4 * R / 2";
  rtt.back_off();
  rtt.back_off();
  EXPECT_EQ(rtt.rto(), 1200ms);
  for (int i = 0; i < 20; ++i) rtt.back_off();
  EXPECT_EQ(rtt.rto(), 60s);
  rtt.sample(100ms);
  EXPECT_EQ(rtt.rto(), 100ms + 4 * 37500us) << "a sample ends the back-off";
}

TEST(newreno, doubles_per_round_trip_then_grows_by_a_segment) {
  newreno window(1000);
  EXPECT_EQ(window.window(), 10000U);
  for (int i = 0; i < 5; ++i) window.on_ack(2000, true);
  EXPECT_EQ(window.window(), 20000U);
  window.on_loss(20000);
  EXPECT_EQ(window.window(), 13000U) << "half, and three segments that have left";
  window.on_recovered(10000);
  EXPECT_EQ(window.window(), 10000U);
  for (int i = 0; i < 5; ++i) window.on_ack(2000, true);
  EXPECT_EQ(window.window(), 11000U);
  window.on_timeout(11000, false);
  EXPECT_EQ(window.window(), 1000U);
}

TEST_F(dialogue, the_window_of_an_overtaken_segment_is_not_believed) {
  establish({.mss = 1000}, 2000);
  send({.seq = 5, .ack = 1, .text = "later", .win = 0});
  send({.seq = 1, .ack = 1, .text = "old!", .win = 2000});
  said.clear();
  write(std::string(1000, 'x'));
  expect_silence();
}

TEST_F(dialogue, an_ipv6_connection_works) {
  here_.address.octets[0] = 0xfd;
  here_.address.octets[10] = 0;
  peer_.address.octets[0] = 0xfd;
  peer_.address.octets[10] = 0;
  send({.flags = "S", .mss = 9000});
  expect({.flags = "SA", .seq = 0, .ack = 1, .mss = 1440});
  send({.seq = 1, .ack = 1, .text = "six"});
  EXPECT_EQ(user.received, "six");
}

}  // namespace wirebird::tcp
