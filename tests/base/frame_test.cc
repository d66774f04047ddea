#include "dataplane/base/frame.hh"

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/base/poison.hh"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

class frame_test : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(pool_.in_use(), 0U); }
  frame filled(std::uint32_t size) {
    frame packet = pool_.take();
    const mutable_bytes into = packet.append(size);
    for (std::uint32_t i = 0; i < size; ++i) into[i] = static_cast<std::uint8_t>(i);
    return packet;
  }

  plain_frame_pool pool_{4};
};

TEST_F(frame_test, fresh_frame_is_empty_with_room_on_both_sides) {
  const frame packet = pool_.take();
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet.size(), 0U);
  EXPECT_EQ(packet.headroom(), frame_headroom_bytes);
  EXPECT_GE(packet.tailroom(), frame_data_bytes);
}

TEST_F(frame_test, pool_runs_dry_and_recovers) {
  std::vector<frame> held;
  for (int i = 0; i < 4; ++i) held.push_back(pool_.take());
  EXPECT_EQ(pool_.available(), 0U);
  EXPECT_FALSE(pool_.take());
  held.pop_back();
  EXPECT_EQ(pool_.available(), 1U);
  EXPECT_TRUE(pool_.take());
}

TEST_F(frame_test, layers_trim_and_prepend_in_place) {
  frame packet = filled(100);
  const std::uint8_t* const first = packet.bytes().data();
  packet.trim_front(14);
  EXPECT_EQ(packet.bytes().data(), first + 14);
  EXPECT_EQ(packet.size(), 86U);
  packet.truncate(50);
  EXPECT_EQ(packet.bytes().back(), 63);
  const mutable_bytes front = packet.prepend(34);
  EXPECT_EQ(front.data(), first - 20);
  EXPECT_EQ(front.size(), 34U);
  EXPECT_EQ(packet.size(), 84U);
  const mutable_bytes back = packet.append(3);
  EXPECT_EQ(back.data(), packet.bytes().data() + 84);
  EXPECT_EQ(packet.headroom() + packet.size() + packet.tailroom(),
            frame_headroom_bytes + frame_data_bytes);
}

TEST_F(frame_test, all_the_room_can_be_used) {
  frame packet = pool_.take();
  std::ranges::fill(packet.append(packet.tailroom()), std::uint8_t{1});
  std::ranges::fill(packet.prepend(packet.headroom()), std::uint8_t{2});
  EXPECT_EQ(packet.size(), frame_headroom_bytes + frame_data_bytes);
  EXPECT_EQ(packet.tailroom(), 0U);
}

TEST_F(frame_test, moving_gives_the_frame_away) {
  frame one = filled(10);
  frame other = std::move(one);
  EXPECT_FALSE(one);  // NOLINT: what a moved-from frame is, is the point
  EXPECT_EQ(other.size(), 10U);
  other = filled(20);
  EXPECT_EQ(pool_.in_use(), 1U) << "the overwritten frame went home";
  frame& same = other;
  other = std::move(same);
  EXPECT_EQ(other.size(), 20U);
}

TEST_F(frame_test, marks_do_not_outlive_a_frame) {
  {
    frame packet = pool_.take();
    packet.marks() = {true, true, true, true, 1460};
  }
  for (int i = 0; i < 4; ++i) {
    frame packet = pool_.take();
    EXPECT_FALSE(packet.marks().checksums_verified || packet.marks().checksum_wrong ||
                 packet.marks().is_for_reading || packet.marks().offload_checksums);
    EXPECT_EQ(packet.marks().segment_bytes, 0);
  }
}

TEST_F(frame_test, slice_of_a_frame_keeps_its_buffer) {
  frame packet = filled(100);
  packet.trim_front(40);
  slice bytes = std::move(packet).into_slice();
  EXPECT_EQ(bytes.size(), 60U);
  EXPECT_EQ(bytes.data()[0], 40);
  EXPECT_EQ(bytes.footprint(), frame_headroom_bytes + frame_data_bytes);
  EXPECT_EQ(pool_.in_use(), 1U);
  slice tail = bytes.part(50, 10);
  bytes = slice();
  EXPECT_EQ(pool_.in_use(), 1U);
  EXPECT_EQ(tail.data()[9], 99);
}

TEST_F(frame_test, slices_share_and_shrink_on_their_own) {
  slice one = filled(30).into_slice();
  slice two = one;
  one.remove_prefix(10);
  two.truncate(5);
  EXPECT_EQ(one.data()[0], 10);
  EXPECT_EQ(one.size(), 20U);
  EXPECT_EQ(two.data()[0], 0);
  EXPECT_EQ(two.size(), 5U);
  slice& same = two;
  two = same;
  EXPECT_EQ(two.size(), 5U);
  const slice three = std::move(two);
  EXPECT_TRUE(two.empty());  // NOLINT: what a moved-from slice is, is the point
  EXPECT_EQ(three.owner(), one.owner());
}

TEST_F(frame_test, released_frame_belongs_to_whoever_asked) {
  frame packet = filled(5);
  frame_buffer* head = packet.release();
  EXPECT_FALSE(packet);
  EXPECT_EQ(pool_.in_use(), 1U);
  const frame again(*head);
  EXPECT_EQ(again.size(), 5U);
}

#if defined(WIREBIRD_POISONS)
TEST_F(frame_test, memory_of_a_returned_frame_is_poisoned) {
  const std::uint8_t* bytes = filled(5).bytes().data();
  EXPECT_TRUE(__asan_address_is_poisoned(bytes));
}

TEST_F(frame_test, using_more_than_there_is_aborts_in_a_sanitized_build) {
  frame packet = filled(10);
  EXPECT_DEATH(packet.trim_front(11), "check");
  EXPECT_DEATH(packet.truncate(11), "check");
  EXPECT_DEATH(packet.prepend(frame_headroom_bytes + 1), "check");
  EXPECT_DEATH(packet.append(packet.tailroom() + 1), "check");
}
#endif

TEST(frame_death, frame_that_outlives_its_pool_aborts) {
  EXPECT_DEATH(
      {
        auto pool = std::make_unique<plain_frame_pool>(1);
        const frame kept = pool->take();
        pool.reset();
      },
      "outlives");
}

}  // namespace
}  // namespace wirebird
