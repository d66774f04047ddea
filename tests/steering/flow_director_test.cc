#include "dataplane/steering/flow_director.hh"

#include "tests/steering/frames.hh"

#include <array>

#include <gtest/gtest.h>

namespace wirebird::steering {
namespace {

constexpr unsigned workers = 4;

class directing : public ::testing::Test {
 protected:
  flow_director director{some_key(), ours(), workers};
};

TEST_F(directing, spreads_connections_evenly_and_always_the_same_way) {
  std::array<unsigned, workers> flows{};
  for (std::uint16_t port = 30000; port < 31000; ++port) {
    const direction way = director.of(segment(port));
    ASSERT_EQ(way.to, direction::kind::worker);
    ASSERT_LT(way.worker, workers);
    EXPECT_EQ(way.worker, director.of(segment(port)).worker);
    EXPECT_EQ(way.worker, director.worker_of({testing::ip("10.0.0.2"), port}, ours()));
    ++flows[way.worker];
  }
  for (const unsigned count : flows) {
    EXPECT_GT(count, 180U);
    EXPECT_LT(count, 320U);
  }
}

TEST_F(directing, errors_go_to_the_worker_of_the_segment_that_they_quote) {
  for (std::uint16_t port = 30000; port < 30100; ++port) {
    const direction way = director.of(too_big(port));
    EXPECT_EQ(way.to, direction::kind::worker);
    EXPECT_EQ(way.worker, director.of(segment(port)).worker) << port;
  }
}

TEST_F(directing, other_ports_are_the_first_workers) {
  for (std::uint16_t port = 30000; port < 30100; ++port)
    EXPECT_EQ(director.of(segment(port, 8222)).worker, 0U);
}

TEST_F(directing, arp_about_us_and_announcements_are_for_everyone) {
  EXPECT_EQ(director.of(who_has("10.0.0.1")).to, direction::kind::everyone);
  EXPECT_EQ(director.of(who_has("10.0.0.2")).to, direction::kind::everyone) << "an announcement";
  EXPECT_EQ(director.of(who_has("10.0.0.3")).to, direction::kind::here);
}

TEST_F(directing, what_belongs_to_no_connection_stays) {
  using namespace testing;
  const auto inside = [](ipv4_fields fields, const packet_bytes& what) {
    return ethernet(our_mac, peer_mac, 0x0800, ipv4(fields, what));
  };
  const ipv4_fields udp{.source = "10.0.0.2", .destination = "10.0.0.1", .protocol = 17};
  const ipv4_fields part{
      .source = "10.0.0.2", .destination = "10.0.0.1", .protocol = 6, .flags_and_offset = 0x2000};
  const ipv4_fields ping{.source = "10.0.0.2", .destination = "10.0.0.1", .protocol = 1};
  EXPECT_EQ(director.of(inside(udp, be32(0) + be32(0))).to, direction::kind::here);
  EXPECT_EQ(director.of(inside(part, be32(0) + be32(0))).to, direction::kind::here);
  EXPECT_EQ(director.of(inside(ping, icmp(8, 0, 1, {}))).to, direction::kind::here);
}

TEST_F(directing, a_frame_that_is_cut_anywhere_does_no_harm) {
  for (const auto& whole : {segment(30000), too_big(30000), who_has("10.0.0.1")})
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_LT(director.of(byte_view(whole).first(size)).worker, workers);
}

}  // namespace
}  // namespace wirebird::steering
