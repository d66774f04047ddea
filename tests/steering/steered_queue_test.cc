// What several workers make of one port.
#include "dataplane/steering/steered_queue.hh"

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/net/link.hh"
#include "tests/sim/memory_queue.hh"
#include "tests/steering/frames.hh"

#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::steering {
namespace {

constexpr std::size_t pool_frames = 1024;

class steering_of : public ::testing::Test {
 protected:
  steering_of(unsigned count, unsigned queues)
      : director(some_key(), ours(), count), bells(count), frames(count, queues) {
    for (unsigned worker = 0; worker < count; ++worker) {
      pools.push_back(std::make_unique<plain_frame_pool>(pool_frames));
      devices.push_back(std::make_unique<testing::memory_queue>(*pools.back(), our_mac));
      views.push_back(
          std::make_unique<steered_queue>(worker, *devices.back(), frames, bells, director));
    }
  }
  ~steering_of() override {
    for (int round = 0; round < 2; ++round)
      for (const auto& view : views) static_cast<void>(view->give_back());
    for (const auto& view : views) {
      EXPECT_TRUE(view->give_back());
    }
    for (const auto& pool : pools) {
      EXPECT_EQ(pool->in_use(), 0U);
    }
  }
  std::size_t received(unsigned worker) {
    std::array<frame, burst_frames> burst;
    return views[worker]->receive(burst);
  }
  /// A port of a peer whose connection is this worker's.
  std::uint16_t port_of(unsigned worker) {
    std::uint16_t port = 30000;
    while (director.of(segment(port)).worker != worker) ++port;
    return port;
  }

  flow_director director;
  crossing::mesh bells;
  frame_mesh frames;
  std::vector<std::unique_ptr<plain_frame_pool>> pools;
  std::vector<std::unique_ptr<testing::memory_queue>> devices;
  std::vector<std::unique_ptr<steered_queue>> views;
};

class a_queue_each : public steering_of {
 protected:
  a_queue_each() : steering_of(2, 2) {}
};

TEST_F(a_queue_each, frames_reach_their_worker_from_any_queue) {
  for (unsigned queue = 0; queue < 2; ++queue)
    for (unsigned worker = 0; worker < 2; ++worker) {
      devices[queue]->arrive(segment(port_of(worker)));
      EXPECT_EQ(received(queue), queue == worker ? 1U : 0U);
      EXPECT_EQ(views[queue]->has_moved(), queue != worker) << "so it does not go to sleep";
      if (queue != worker) {
        EXPECT_EQ(received(worker), 1U);
      }
    }
  EXPECT_EQ(views[0]->counts().steered.value(), 1U);
  EXPECT_EQ(views[1]->counts().taken.value(), 1U);
}

TEST_F(a_queue_each, errors_about_a_connection_reach_its_worker) {
  devices[0]->arrive(too_big(port_of(1)));
  EXPECT_EQ(received(0), 0U);
  EXPECT_EQ(received(1), 1U);
}

TEST_F(a_queue_each, each_sends_by_its_own) {
  frame one = devices[1]->make(segment(1));
  EXPECT_EQ(views[1]->send({&one, 1}), 1U);
  EXPECT_EQ(devices[1]->take_sent().size(), 1U);
}

TEST_F(a_queue_each, who_takes_nothing_loses_what_is_beyond_the_lane) {
  const auto others = segment(port_of(1));
  for (std::size_t i = 0; i < frame_lane::frames_max + 10; ++i) {
    devices[0]->arrive(others);
    EXPECT_EQ(received(0), 0U);
  }
  EXPECT_EQ(views[0]->counts().steered_lost.value(), 10U);
  EXPECT_EQ(pools[0]->in_use(), frame_lane::frames_max);
  devices[0]->arrive(segment(port_of(0)));
  EXPECT_EQ(received(0), 1U) << "nobody else notices";
}

TEST_F(a_queue_each, without_free_frames_what_comes_is_lost_and_counted) {
  std::vector<frame> held;
  while (frame one = pools[1]->take()) held.push_back(std::move(one));
  devices[0]->arrive(segment(port_of(1)));
  EXPECT_EQ(received(0), 0U);
  EXPECT_EQ(received(1), 0U);
  EXPECT_EQ(views[1]->counts().taken_lost.value(), 1U);
  EXPECT_EQ(received(0), 0U);
  EXPECT_EQ(pools[0]->in_use(), 0U) << "it is back all the same";
}

TEST_F(a_queue_each, a_neighbour_is_answered_once_and_known_to_all) {
  timer_wheel timers{instant{}};
  random choices(1);
  const net::link_options options{.address = {testing::ip("10.0.0.1"), 24}, .gateway = {}};
  std::vector<std::unique_ptr<net::link>> links;
  for (const auto& view : views)
    links.push_back(std::make_unique<net::link>(options, *view, timers, choices));
  devices[0]->arrive(who_has("10.0.0.1"));
  for (unsigned worker = 0; worker < 2; ++worker) {
    std::array<frame, burst_frames> burst;
    ASSERT_EQ(views[worker]->receive(burst), 1U);
    EXPECT_FALSE(links[worker]->input(std::move(burst[0]), instant{}));
    links[worker]->flush();
  }
  EXPECT_EQ(devices[0]->take_sent().size(), 1U) << "the answer";
  EXPECT_EQ(devices[1]->take_sent().size(), 0U) << "no second one";
  frame segment_out = pools[1]->take();
  segment_out.append(20);
  links[1]->output(
      {testing::ip("10.0.0.1"), testing::ip("10.0.0.2"), ip_protocol::tcp, std::move(segment_out)},
      instant{});
  links[1]->flush();
  const auto sent = devices[1]->take_sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(load_be16(sent[0].data() + 12), 0x0800) << "not a question first";
}

class one_queue_for_three : public steering_of {
 protected:
  one_queue_for_three() : steering_of(3, 1) {}
};

TEST_F(one_queue_for_three, all_receive_by_the_one_that_has_it) {
  for (unsigned worker = 0; worker < 3; ++worker) devices[0]->arrive(segment(port_of(worker)));
  for (unsigned worker = 0; worker < 3; ++worker) EXPECT_EQ(received(worker), 1U) << worker;
}

TEST_F(one_queue_for_three, all_send_by_the_one_that_has_it) {
  for (unsigned worker = 0; worker < 3; ++worker) {
    frame one = devices[worker]->make(segment(static_cast<std::uint16_t>(worker)));
    EXPECT_EQ(views[worker]->send({&one, 1}), 1U);
  }
  EXPECT_EQ(received(0), 0U);
  EXPECT_EQ(devices[0]->take_sent().size(), 3U);
  EXPECT_EQ(views[0]->counts().sent_for_others.value(), 2U);
}

TEST_F(one_queue_for_three, what_the_device_does_not_take_is_kept_and_then_pushes_back) {
  devices[0]->accept_only(0);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 2 * frame_lane::frames_max; ++i) {
    frame one = devices[1]->make(segment(1));
    taken += views[1]->send({&one, 1});
    EXPECT_EQ(received(0), 0U);
    EXPECT_EQ(received(1), 0U);
  }
  EXPECT_EQ(taken, frame_lane::frames_max + burst_frames);
  EXPECT_TRUE(views[0]->has_moved());
  devices[0]->accept_only(pool_frames);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(received(0), 0U);
  EXPECT_EQ(devices[0]->take_sent().size(), taken) << "none is lost";
}

}  // namespace
}  // namespace wirebird::steering
