#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/worker/limits.hh"
#include "dataplane/worker/poll_loop.hh"
#include "tests/sim/packets.hh"
#include "tests/worker/loopback.hh"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::worker {
namespace {

/// A port before which so many frames lie, all of one size and for somebody else.
class full_ring final : public lone_queue {
 public:
  full_ring(std::size_t frames, std::uint32_t frame_bytes)
      : waiting(frames), frame_bytes_(frame_bytes) {}

  std::size_t receive(std::span<frame> into) noexcept override {
    const std::size_t count = std::min(into.size(), waiting);
    for (frame& next : into.first(count)) {
      next = pool_.take();
      std::ranges::fill(next.append(frame_bytes_), std::uint8_t{0});
    }
    waiting -= count;
    return count;
  }
  std::size_t send(std::span<frame>) noexcept override { return 0; }
  frame_pool& frames() noexcept override { return pool_; }
  mac_address mac() const noexcept override { return {{2, 0, 0, 0, 0, 1}}; }
  const port_capabilities& capabilities() const noexcept override { return capabilities_; }
  void wait(duration) noexcept override {}

  std::size_t waiting;

 private:
  std::uint32_t frame_bytes_;
  plain_frame_pool pool_{64};
  port_capabilities capabilities_;
};

/// How many of them one iteration takes.
std::size_t taken(std::size_t waiting, std::uint32_t frame_bytes) {
  const broker::options rules;
  const protocol::server_info identity;
  counting_ids ids;
  silent_events events;
  full_ring queue(waiting, frame_bytes);
  const instant now(std::chrono::hours(1));
  worker self({std::size_t{64} << 20, {1, 2}, 3, now}, rules, identity, ids, events);
  self.port.emplace(net::link_options{.address = {testing::ip("10.0.0.1"), 24}, .gateway = {}},
                    tcp::options{}, queue, self.memory, self.timers, self.choices, self.secret);
  static_cast<void>(iterate(self, now));
  return waiting - queue.waiting;
}

TEST(receiving, goes_on_while_bursts_are_whole) {
  EXPECT_EQ(taken(burst_frames - 1, 60), burst_frames - 1);
  EXPECT_EQ(taken(3 * burst_frames + 5, 60), 3 * burst_frames + 5);
}

TEST(receiving, ends_at_so_many_small_frames) {
  EXPECT_EQ(taken(10 * receive_frames_max, 60), receive_frames_max);
}

TEST(receiving, ends_with_the_burst_in_which_so_many_bytes_were_reached) {
  constexpr std::uint32_t large = 1514;
  constexpr std::size_t bursts = receive_bytes_max / (burst_frames * large) + 1;
  EXPECT_EQ(taken(10 * receive_frames_max, large), bursts * burst_frames);
}

struct counted_timer final : timer {
  void on_timer(instant) override { ++fired; }
  std::size_t fired = 0;
};

TEST(timers, that_are_due_at_once_fire_over_several_iterations) {
  const broker::options rules;
  const protocol::server_info identity;
  counting_ids ids;
  silent_events events;
  const instant now(std::chrono::hours(1));
  worker self({std::size_t{64} << 20, {1, 2}, 3, now}, rules, identity, ids, events);
  std::vector<counted_timer> many(2 * timers_max + 1);
  for (counted_timer& each : many) self.timers.arm(each, now);
  for (const std::size_t expected : {timers_max, 2 * timers_max, 2 * timers_max + 1}) {
    static_cast<void>(iterate(self, now));
    EXPECT_EQ(std::ranges::count(many, 1U, &counted_timer::fired),
              static_cast<std::ptrdiff_t>(expected));
  }
}

}  // namespace
}  // namespace wirebird::worker
