#include "dataplane/steering/frame_lane.hh"

#include "dataplane/base/plain_frame_pool.hh"

#include <cstdint>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

namespace wirebird::steering {
namespace {

frame numbered(frame_pool& from, std::uint32_t number) {
  frame made = from.take();
  if (made) std::memcpy(made.append(sizeof number).data(), &number, sizeof number);
  return made;
}

std::uint32_t number_of(const frame& one) {
  std::uint32_t number = 0;
  std::memcpy(&number, one.bytes().data(), sizeof number);
  return number;
}

TEST(frame_lanes, copy_frames_in_order_and_return_them) {
  plain_frame_pool here(8);
  plain_frame_pool there(8);
  frame_lane lane;
  for (std::uint32_t i = 0; i < 3; ++i) {
    frame one = numbered(here, i);
    one.marks().checksums_verified = true;
    ASSERT_TRUE(lane.give(one));
    EXPECT_FALSE(one);
  }
  EXPECT_EQ(here.in_use(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    ASSERT_FALSE(lane.empty());
    frame own = there.take();
    lane.take(own);
    EXPECT_EQ(number_of(own), i);
    EXPECT_TRUE(own.marks().checksums_verified);
  }
  EXPECT_TRUE(lane.empty());
  EXPECT_EQ(here.in_use(), 3U) << "only their own worker puts them back";
  lane.take_back();
  EXPECT_EQ(here.in_use(), 0U);
  EXPECT_EQ(lane.out(), 0U);
}

TEST(frame_lanes, a_full_one_refuses_until_frames_are_back) {
  plain_frame_pool here(frame_lane::frames_max + 1);
  frame_lane lane;
  for (std::size_t i = 0; i < frame_lane::frames_max; ++i) {
    frame one = here.take();
    ASSERT_TRUE(lane.give(one));
  }
  frame more = here.take();
  EXPECT_FALSE(lane.give(more));
  EXPECT_TRUE(more) << "it stays the giver's";
  lane.refuse();
  EXPECT_TRUE(lane.give(more));
  while (!lane.empty()) lane.refuse();
  lane.take_back();
}

TEST(frame_lanes, lead_from_one_thread_to_another) {
  constexpr std::uint32_t count = 20'000;
  plain_frame_pool here(64);
  frame_lane lane;
  std::thread taker([&lane] {
    plain_frame_pool there(4);
    for (std::uint32_t expected = 0; expected < count;) {
      if (lane.empty()) {
        std::this_thread::yield();
        continue;
      }
      frame own = there.take();
      lane.take(own);
      ASSERT_EQ(number_of(own), expected++);
    }
  });
  for (std::uint32_t i = 0; i < count;) {
    frame one = numbered(here, i);
    if (one && lane.give(one)) {
      ++i;
    } else {
      lane.take_back();
      std::this_thread::yield();
    }
  }
  taker.join();
  lane.take_back();
  EXPECT_EQ(here.in_use(), 0U);
}

}  // namespace
}  // namespace wirebird::steering
