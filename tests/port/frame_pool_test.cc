#include "tests/port/child.hh"
#include "tests/port/kernel_side.hh"
#include "tests/port/open_port.hh"

#include <algorithm>
#include <cstring>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace wirebird::port::testing {
namespace {

std::vector<frame> take_all(frame_pool& pool) {
  std::vector<frame> all;
  while (frame one = pool.take()) all.push_back(std::move(one));
  return all;
}

class port_frames : public tap_test {};

TEST_F(port_frames, every_frame_is_given_once_and_all_come_back) {
  in_child([] {
    const auto port = open_port(options_for("wbf0"));
    frame_pool& pool = port->queue(0).frames();
    const std::size_t available = pool.available();
    EXPECT_GT(available, 500U);
    for (int round = 0; round < 3; ++round) {
      std::vector<frame> all = take_all(pool);
      EXPECT_EQ(all.size(), available);
      EXPECT_EQ(pool.available(), 0U);
      EXPECT_FALSE(pool.take());
      std::set<const std::uint8_t*> places;
      for (const frame& one : all) places.insert(one.bytes().data());
      EXPECT_EQ(places.size(), available);
      all.clear();
      EXPECT_EQ(pool.available(), available);
    }
  });
}

TEST_F(port_frames, taken_frame_is_empty_and_has_the_promised_room) {
  in_child([] {
    const auto port = open_port(options_for("wbf0"));
    frame_pool& pool = port->queue(0).frames();
    for (frame& one : take_all(pool)) {
      EXPECT_EQ(one.size(), 0U);
      EXPECT_EQ(one.headroom(), frame_headroom_bytes);
      EXPECT_GE(one.tailroom(), frame_data_bytes);
      EXPECT_FALSE(one.marks().offload_checksums);
      one.marks().offload_checksums = true;  // must not show in the next round
      std::ranges::fill(one.append(frame_data_bytes), std::uint8_t{0xa5});
      one.prepend(frame_headroom_bytes);
    }
    const frame again = pool.take();
    EXPECT_EQ(again.size(), 0U);
    EXPECT_FALSE(again.marks().offload_checksums);
  });
}

TEST_F(port_frames, slice_keeps_the_frame_until_its_last_copy_is_gone) {
  in_child([] {
    const auto port = open_port(options_for("wbf0"));
    frame_pool& pool = port->queue(0).frames();
    const std::size_t available = pool.available();
    frame one = pool.take();
    std::ranges::fill(one.append(100), std::uint8_t{7});
    slice all = std::move(one).into_slice();
    slice part = all.part(10, 20);
    all = slice();
    EXPECT_EQ(pool.available(), available - 1);
    EXPECT_EQ(part.bytes()[19], 7);
    part = slice();
    EXPECT_EQ(pool.available(), available);
  });
}

TEST_F(port_frames, worker_thread_has_the_whole_pool) {
  in_child([] {
    const auto port = open_port(options_for("wbf0"));
    const std::size_t available = port->queue(0).frames().available();
    std::thread worker([&] {
      packet_queue& queue = port->queue(0);
      std::array<frame, burst_frames> burst;
      static_cast<void>(queue.receive(burst));
      for (frame& one : burst) one = frame();
      EXPECT_EQ(queue.frames().available(), available);
      EXPECT_EQ(take_all(queue.frames()).size(), available);
      EXPECT_EQ(queue.frames().available(), available);
    });
    worker.join();
  });
}

TEST_F(port_frames, traffic_of_many_pools_full_leaves_all_frames_in_place) {
  in_child([] {
    const auto port = open_port(options_for("wbf0"));
    packet_queue& queue = port->queue(0);
    const packet_socket kernel("wbf0");
    const std::size_t available = queue.frames().available();
    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbf0"));
    ASSERT_TRUE(ip("neigh add 10.222.0.2 dev wbf0 lladdr " + to_string(queue.mac())));
    const udp_socket sender;
    std::size_t received = 0;
    for (int i = 0; i < 200; ++i) {
      for (int k = 0; k < 8; ++k) ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "noise"));
      for (std::size_t got = 0; got < 8;) {
        frame one = receive_until(queue, [](const frame&) { return true; });
        ASSERT_TRUE(one);
        ++got;
        ++received;
        const mac_address to = kernel.mac();
        std::memcpy(one.writable().data(), to.octets.data(), 6);
        ASSERT_EQ(queue.send({&one, 1}), 1U);
      }
    }
    EXPECT_EQ(received, 1600U);
    EXPECT_EQ(queue.frames().available(), available);
  });
}

TEST_F(port_frames, packets_without_a_frame_are_lost_counted_and_hurt_nobody) {
  in_child([] {
    const auto port = open_port(options_for("wbf0"));
    packet_queue& queue = port->queue(0);
    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbf0"));
    ASSERT_TRUE(ip("neigh add 10.222.0.2 dev wbf0 lladdr " + to_string(queue.mac())));
    const udp_socket sender;
    std::vector<frame> all = take_all(queue.frames());
    std::array<frame, burst_frames> burst;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "lost"));
      EXPECT_EQ(queue.receive(burst), 0U);
    }
    EXPECT_EQ(port->losses().no_frame, 3U);

    all.clear();
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "kept"));
    const frame kept = receive_until(queue, [](const frame&) { return true; });
    ASSERT_TRUE(kept);
    EXPECT_EQ(as_text(kept.bytes().last(4)), "kept");
  });
}

}  // namespace
}  // namespace wirebird::port::testing
