#include "dataplane/crossing/byte_ring.hh"

#include "dataplane/base/random.hh"

#include <cstring>
#include <deque>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace wirebird::crossing {
namespace {

bool put(byte_ring& ring, std::string_view text) {
  const mutable_bytes room = ring.reserve(text.size());
  if (room.empty()) return false;
  std::memcpy(room.data(), text.data(), text.size());
  ring.commit();
  ring.publish();
  return true;
}

std::string get(byte_ring& ring) {
  const std::string text(as_text(ring.front()));
  if (text.empty()) return text;
  ring.pop();
  ring.acknowledge();
  return text;
}

TEST(byte_ring, gives_records_back_in_order_and_in_one_piece) {
  byte_ring ring(64);
  EXPECT_TRUE(ring.front().empty());
  EXPECT_TRUE(put(ring, "one"));
  EXPECT_TRUE(put(ring, "second one"));
  EXPECT_EQ(get(ring), "one");
  EXPECT_EQ(get(ring), "second one");
  EXPECT_EQ(get(ring), "");
}

TEST(byte_ring, full_means_that_nothing_is_taken) {
  byte_ring ring(64);
  ASSERT_EQ(ring.record_bytes_max(), 24U);
  EXPECT_TRUE(put(ring, std::string(24, 'a')));
  EXPECT_TRUE(put(ring, std::string(24, 'b')));
  EXPECT_FALSE(put(ring, "c"));
  EXPECT_EQ(get(ring), std::string(24, 'a'));
  EXPECT_TRUE(put(ring, "c"));
  EXPECT_EQ(get(ring), std::string(24, 'b'));
  EXPECT_EQ(get(ring), "c");
}

TEST(byte_ring, the_longest_record_fits_wherever_an_empty_ring_stands) {
  byte_ring ring(128);
  for (std::size_t before = 1; before <= 40; ++before) {
    ASSERT_TRUE(put(ring, std::string(before, 'x')));
    ASSERT_EQ(get(ring).size(), before);
    ASSERT_TRUE(put(ring, std::string(ring.record_bytes_max(), 'y'))) << before;
    ASSERT_EQ(get(ring).size(), ring.record_bytes_max());
  }
}

TEST(byte_ring, consumed_tells_what_has_been_taken_off) {
  byte_ring ring(64);
  ASSERT_TRUE(put(ring, "a"));
  const std::uint64_t end = ring.produced();
  EXPECT_LT(ring.consumed(), end);
  EXPECT_EQ(ring.front().size(), 1U);
  EXPECT_LT(ring.consumed(), end);
  ring.pop();
  EXPECT_LT(ring.consumed(), end);
  ring.acknowledge();
  EXPECT_EQ(ring.consumed(), end);
}

TEST(byte_ring, hands_over_what_is_published) {
  byte_ring ring(64);
  ASSERT_FALSE(ring.reserve(1).empty());
  ring.commit();
  EXPECT_TRUE(ring.front().empty());
  EXPECT_EQ(ring.arrived(), 0U);
  ring.publish();
  EXPECT_EQ(ring.front().size(), 1U);
  EXPECT_EQ(ring.arrived(), ring.produced());
}

TEST(byte_ring, is_a_queue_for_any_sequence_of_sizes) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    random choices(seed);
    byte_ring ring(256);
    std::deque<std::string> model;
    for (int i = 0; i < 2000; ++i) {
      if (choices.chance(1, 2)) {
        const std::string text(1 + choices.below(ring.record_bytes_max()),
                               static_cast<char>('a' + i % 26));
        if (put(ring, text)) model.push_back(text);
      } else if (!model.empty()) {
        ASSERT_EQ(get(ring), model.front()) << "seed " << seed;
        model.pop_front();
      } else {
        ASSERT_EQ(get(ring), "") << "seed " << seed;
      }
    }
  }
}

TEST(byte_ring, two_threads_see_every_record_once_and_whole) {
  byte_ring ring(1024);
  constexpr unsigned count = 50'000;
  std::thread producer([&] {
    for (unsigned i = 0; i < count;) {
      const std::string text(1 + i % 100, static_cast<char>(i % 251));
      if (put(ring, text)) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
    while (ring.consumed() != ring.produced()) std::this_thread::yield();
  });
  for (unsigned i = 0; i < count;) {
    if (ring.front().empty()) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(get(ring), std::string(1 + i % 100, static_cast<char>(i % 251)));
    ++i;
  }
  producer.join();
}

}  // namespace
}  // namespace wirebird::crossing
