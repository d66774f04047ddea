// Looking into a queue while it works.
#include "dataplane/worker/capture.hh"

#include "dataplane/base/plain_frame_pool.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::worker {
namespace {

using octets = std::vector<std::uint8_t>;

/// An Ethernet frame with IPv4 and the ports of TCP; nothing else in it matters here.
octets tcp_frame(std::uint32_t from, std::uint16_t from_port, std::uint32_t to,
                 std::uint16_t to_port) {
  octets made(14 + 20 + 20);
  store_be16(&made[12], 0x0800);
  made[14] = 0x45;
  made[23] = 6;
  store_be32(&made[26], from);
  store_be32(&made[30], to);
  store_be16(&made[34], from_port);
  store_be16(&made[36], to_port);
  return made;
}

constexpr std::uint32_t ours = 0x0ade0002;
constexpr std::uint32_t theirs = 0x0ade0001;
constexpr std::uint32_t stranger = 0x0ade0009;

TEST(capture_filter, wants_either_end) {
  const octets frame = tcp_frame(theirs, 40000, ours, 4222);
  const auto wants = [&](std::optional<std::uint32_t> address, std::uint16_t port) {
    capture_filter filter;
    if (address) filter.address = ip_address::from_v4(*address);
    filter.port = port;
    return filter.wants(frame);
  };
  EXPECT_TRUE(wants(std::nullopt, 0));
  EXPECT_TRUE(wants(ours, 0));
  EXPECT_TRUE(wants(theirs, 0));
  EXPECT_FALSE(wants(stranger, 0));
  EXPECT_TRUE(wants(std::nullopt, 4222));
  EXPECT_TRUE(wants(theirs, 40000));
  EXPECT_FALSE(wants(theirs, 4223));
}

TEST(capture_filter, reads_nothing_beyond_a_frame) {
  const octets whole = tcp_frame(theirs, 40000, ours, 4222);
  const capture_filter filter{ip_address::from_v4(ours), 4222};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(filter.wants(cut), size >= 14 + 20 + 4) << size;
  }
  octets later_fragment = whole;
  later_fragment[21] = 1;
  EXPECT_FALSE(filter.wants(later_fragment)) << "what looks like ports is payload";
  octets options = whole;
  options[14] = 0x4f;
  EXPECT_FALSE(filter.wants(options)) << "the header is longer than the frame";
}

/// Gives what it is told, and takes so many frames.
class scripted_queue final : public packet_queue {
 public:
  scripted_queue() : pool_(64) {}
  std::size_t receive(std::span<frame> into) noexcept override {
    const std::size_t count = std::min(into.size(), incoming.size());
    for (std::size_t i = 0; i < count; ++i) into[i] = make(incoming[i]);
    incoming.clear();
    return count;
  }
  std::size_t send(std::span<frame> from) noexcept override {
    const std::size_t count = std::min(from.size(), room);
    for (frame& one : from.first(count)) {
      const frame taken = std::move(one);
      sent.emplace_back(taken.bytes().begin(), taken.bytes().end());
    }
    room -= count;
    return count;
  }
  frame_pool& frames() noexcept override { return pool_; }
  mac_address mac() const noexcept override { return {}; }
  const port_capabilities& capabilities() const noexcept override { return can_; }
  void wait(duration longest) noexcept override { waited += longest; }
  void wake() noexcept override { ++wakes; }
  bool has_moved() const noexcept override { return moved; }
  bool give_back() noexcept override { return all_back; }

  frame make(const octets& from) {
    frame made = pool_.take();
    std::ranges::copy(from, made.append(static_cast<std::uint32_t>(from.size())).begin());
    return made;
  }

  std::vector<octets> incoming;
  std::vector<octets> sent;
  std::size_t room = 100;
  duration waited{};
  int wakes = 0;
  bool moved = false;
  bool all_back = true;

 private:
  plain_frame_pool pool_;
  port_capabilities can_;
};

class capturing : public testing::Test {
 protected:
  std::size_t receive() {
    std::array<frame, burst_frames> burst;
    return queue.receive(burst);
  }
  std::vector<captured_frame> taken(capture& from) {
    std::vector<captured_frame> all;
    captured_frame one;
    while (from.frames.pop(one)) all.push_back(one);
    return all;
  }

  scripted_queue real;
  capture_queue queue{real};
  octets wanted = tcp_frame(theirs, 40000, ours, 4222);
  octets unwanted = tcp_frame(stranger, 40000, ours, 4222);
  std::unique_ptr<capture> into =
      std::make_unique<capture>(capture_filter{ip_address::from_v4(theirs), 0});
};

TEST_F(capturing, nothing_is_kept_before_and_after) {
  real.incoming = {wanted};
  EXPECT_EQ(receive(), 1U);
  queue.look(into.get());
  real.incoming = {wanted, unwanted};
  EXPECT_EQ(receive(), 2U);
  EXPECT_FALSE(queue.is_done_with(into.get()));
  queue.look(nullptr);
  EXPECT_FALSE(queue.is_done_with(into.get())) << "the worker has not looked yet";
  real.incoming = {wanted};
  EXPECT_EQ(receive(), 1U);
  EXPECT_TRUE(queue.is_done_with(into.get()));
  const auto kept = taken(*into);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_FALSE(kept[0].outbound);
  EXPECT_EQ(kept[0].length, wanted.size());
  EXPECT_TRUE(std::ranges::equal(std::span(kept[0].bytes).first(kept[0].kept), wanted));
}

TEST_F(capturing, only_what_the_port_takes_has_left) {
  queue.look(into.get());
  static_cast<void>(receive());
  const octets answer = tcp_frame(ours, 4222, theirs, 40000);
  const octets other = tcp_frame(ours, 4222, stranger, 40000);
  std::array<frame, 4> burst{real.make(answer), real.make(other), real.make(answer),
                             real.make(answer)};
  real.room = 3;
  EXPECT_EQ(queue.send(burst), 3U);
  EXPECT_EQ(real.sent, (std::vector<octets>{answer, other, answer}));
  EXPECT_TRUE(burst[3]) << "the rest stays the caller's";
  const auto kept = taken(*into);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_TRUE(kept[0].outbound && kept[1].outbound);
}

// The queue of one of several workers sleeps, is woken and ends as if nobody could look into it.
TEST_F(capturing, the_rest_is_the_ports) {
  queue.wait(duration(5));
  EXPECT_EQ(real.waited, duration(5));
  queue.wake();
  EXPECT_EQ(real.wakes, 1);
  EXPECT_FALSE(queue.has_moved());
  EXPECT_TRUE(queue.give_back());
  real.moved = true;
  real.all_back = false;
  EXPECT_TRUE(queue.has_moved());
  EXPECT_FALSE(queue.give_back());
}

TEST_F(capturing, a_full_ring_loses_of_the_capture_and_not_of_the_traffic) {
  queue.look(into.get());
  std::size_t passed = 0;
  for (int i = 0; i < 70; ++i) {
    real.incoming.assign(burst_frames, wanted);
    passed += receive();
  }
  EXPECT_EQ(passed, 70 * burst_frames);
  EXPECT_EQ(taken(*into).size() + into->lost.value(), passed);
  EXPECT_GT(into->lost.value(), 0U);
}

}  // namespace
}  // namespace wirebird::worker
