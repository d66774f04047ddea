#include "dataplane/base/arena.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/ring_queue.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/base/spsc_ring.hh"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

TEST(ring_queue, agrees_with_a_deque_under_random_use) {
  constexpr std::uint64_t seed = 77;
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  random draw(seed);
  ring_queue<std::string> queue;
  std::deque<std::string> expected;
  for (int step = 0; step < 50000; ++step) {
    switch (draw.below(step / 1000 % 2 == 0 ? 4 : 7)) {
      case 0:
      case 1:
      case 2: {
        const std::string item = "item number " + std::to_string(step);
        queue.push_back(item);
        expected.push_back(item);
        break;
      }
      case 3:
        if (expected.empty()) break;
        queue.pop_back();
        expected.pop_back();
        break;
      default:
        if (expected.empty()) {
          queue.shrink_if_empty_above(draw.below(16));
          break;
        }
        queue.pop_front();
        expected.pop_front();
        break;
    }
    ASSERT_EQ(queue.size(), expected.size());
    ASSERT_EQ(queue.empty(), expected.empty());
    if (expected.empty()) continue;
    ASSERT_EQ(queue.front(), expected.front());
    ASSERT_EQ(queue.back(), expected.back());
    const std::size_t at = draw.below(expected.size());
    ASSERT_EQ(queue[at], expected[at]);
  }
}

TEST(ring_queue, popped_items_end_at_once) {
  const auto watched = std::make_shared<int>(1);
  ring_queue<std::shared_ptr<int>> queue;
  for (int i = 0; i < 5; ++i) queue.push_back(watched);
  EXPECT_EQ(watched.use_count(), 6);
  queue.pop_front();
  queue.pop_back();
  EXPECT_EQ(watched.use_count(), 4);
  queue.clear();
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(ring_queue, moving_takes_everything) {
  ring_queue<int> one;
  for (int i = 0; i < 10; ++i) one.push_back(i);
  ring_queue<int> other(std::move(one));
  EXPECT_TRUE(one.empty());  // NOLINT: what a moved-from queue is, is the point
  one.push_back(99);
  EXPECT_EQ(one.front(), 99);
  EXPECT_EQ(other.size(), 10U);
  one = std::move(other);
  EXPECT_EQ(one.back(), 9);
  EXPECT_TRUE(other.empty());  // NOLINT
}

class slice_queue_test : public ::testing::Test {
 protected:
  void TearDown() override {
    queue_.clear();
    EXPECT_EQ(memory_.blocks_in_use(), 0U);
  }
  slice text(std::string_view bytes) {
    buffer* block = memory_.take(static_cast<std::uint32_t>(bytes.size()));
    std::memcpy(block->bytes, bytes.data(), bytes.size());
    return {*block, block->bytes, static_cast<std::uint32_t>(bytes.size())};
  }
  std::string all() {
    std::string read;
    while (!queue_.empty()) {
      read += as_text(queue_.front().bytes());
      queue_.consume(queue_.front().size());
    }
    return read;
  }

  arena memory_{64 * 64 * 1024};
  slice_queue queue_;
};

TEST_F(slice_queue_test, bytes_come_out_in_order_whatever_is_consumed) {
  random draw(3);
  std::string in;
  std::string out;
  for (int step = 0; step < 5000; ++step) {
    if (draw.chance(1, 2) && queue_.slices() < 500) {
      const std::string piece(1 + draw.below(50), static_cast<char>('a' + step % 26));
      in += piece;
      queue_.push_back(text(piece));
    }
    std::size_t count = draw.below(queue_.size() + 1) / 2;
    ASSERT_EQ(queue_.size(), in.size() - out.size());
    while (count > 0) {
      const std::size_t part = std::min<std::size_t>(count, queue_.front().size());
      out += as_text(queue_.front().bytes()).substr(0, part);
      queue_.consume(part);
      count -= part;
    }
  }
  EXPECT_EQ(out + all(), in);
  EXPECT_EQ(queue_.footprint(), 0U);
}

TEST_F(slice_queue_test, one_consume_may_span_slices) {
  queue_.push_back(text("abc"));
  queue_.push_back(text("defg"));
  queue_.push_back(text("hi"));
  queue_.consume(5);
  EXPECT_EQ(queue_.slices(), 2U);
  EXPECT_EQ(all(), "fghi");
}

TEST_F(slice_queue_test, footprint_counts_whole_blocks_until_they_are_read) {
  queue_.push_back(text("abc"));
  queue_.push_back(text(std::string(3000, 'x')));
  EXPECT_EQ(queue_.footprint(), 2048U + 4096U);
  queue_.consume(2);
  EXPECT_EQ(queue_.footprint(), 2048U + 4096U);
  queue_.consume(1);
  EXPECT_EQ(queue_.footprint(), 4096U);
  queue_.clear();
  EXPECT_EQ(queue_.footprint(), 0U);
}

TEST_F(slice_queue_test, empty_slices_are_not_queued) {
  slice nothing = text("abc");
  nothing.truncate(0);
  queue_.push_back(std::move(nothing));
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.slices(), 0U);
}

TEST(spsc_ring, refuses_what_does_not_fit_and_keeps_order) {
  spsc_ring<int, 4> ring;
  int item = 0;
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 10; ++round) {
    while (ring.push(next_in)) ++next_in;
    EXPECT_EQ(next_in - next_out, 4);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(ring.pop(item));
      EXPECT_EQ(item, next_out++);
    }
  }
  while (ring.pop(item)) EXPECT_EQ(item, next_out++);
  EXPECT_EQ(next_in, next_out);
}

TEST(spsc_ring, crosses_threads_without_loss) {
  constexpr std::uint64_t count = 300000;
  spsc_ring<std::uint64_t, 64> ring;
  std::thread producer([&ring] {
    for (std::uint64_t i = 0; i < count; ++i)
      while (!ring.push(i)) std::this_thread::yield();
  });
  std::uint64_t expected = 0;
  while (expected < count) {
    std::uint64_t item = 0;
    if (!ring.pop(item)) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(item, expected);
    ++expected;
  }
  producer.join();
}

}  // namespace
}  // namespace wirebird
