#include "dataplane/base/arena.hh"

#include "dataplane/base/poison.hh"
#include "dataplane/base/random.hh"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

constexpr std::uint32_t kib = 1024;
constexpr std::size_t page = 64 * kib;

void give_back(buffer* block) {
  ASSERT_EQ(block->references, 1U);
  block->references = 0;
  block->home->recycle(*block);
}

/// Every block of one size that the arena has.
std::vector<buffer*> take_all(arena& from, std::uint32_t size) {
  std::vector<buffer*> blocks;
  while (buffer* block = from.take(size)) blocks.push_back(block);
  return blocks;
}

TEST(arena, block_is_the_next_power_of_two) {
  arena memory(16 * page);
  for (std::uint32_t size = 1; size <= 64 * kib; size += size < 5000 ? 1 : 97) {
    buffer* block = memory.take(size);
    ASSERT_NE(block, nullptr);
    const std::uint32_t expected = std::max(2 * kib, std::bit_ceil(size));
    ASSERT_EQ(block->capacity, expected) << size;
    ASSERT_EQ(memory.used_bytes(), expected);
    ASSERT_EQ(block->references, 1U);
    std::memset(block->bytes, 0xa5, block->capacity);
    give_back(block);
  }
  EXPECT_EQ(memory.used_bytes(), 0U);
  EXPECT_EQ(memory.blocks_in_use(), 0U);
}

TEST(arena, every_size_fills_the_whole_limit) {
  arena memory(3 * page);
  EXPECT_EQ(memory.limit_bytes(), 3 * page);
  for (std::uint32_t size = 2 * kib; size <= 64 * kib; size *= 2) {
    const auto blocks = take_all(memory, size);
    EXPECT_EQ(blocks.size(), 3 * page / size) << size;
    EXPECT_EQ(memory.used_bytes(), memory.limit_bytes());
    EXPECT_EQ(memory.take(1), nullptr);
    for (buffer* block : blocks) give_back(block);
  }
}

TEST(arena, limit_is_rounded_up_to_pages_and_never_zero) {
  EXPECT_EQ(arena(1).limit_bytes(), page);
  EXPECT_EQ(arena(0).limit_bytes(), page);
  EXPECT_EQ(arena(page + 1).limit_bytes(), 2 * page);
}

// A page that one size has used serves another once it is empty, whichever pages are kept warm.
TEST(arena, memory_of_one_size_is_not_lost_to_the_others) {
  arena memory(page);
  for (const std::uint32_t size : {2 * kib, 64 * kib, 4 * kib, 32 * kib, 8 * kib, 16 * kib}) {
    buffer* block = memory.take(size);
    ASSERT_NE(block, nullptr) << size;
    give_back(block);
  }
}

TEST(arena, page_in_use_by_one_block_stays_with_its_size) {
  arena memory(page);
  buffer* small = memory.take(2 * kib);
  EXPECT_EQ(memory.take(4 * kib), nullptr);
  give_back(small);
  buffer* large = memory.take(4 * kib);
  ASSERT_NE(large, nullptr);
  EXPECT_EQ(memory.take(2 * kib), nullptr);
  give_back(large);
}

TEST(arena, blocks_in_use_never_overlap) {
  constexpr std::uint64_t seed = 31;
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  random draw(seed);
  arena memory(8 * page);
  std::vector<buffer*> held;
  std::map<std::uint8_t*, std::uint8_t*> ranges;  // first byte: end
  std::size_t refused = 0;
  std::size_t used = 0;
  for (int step = 0; step < 40000; ++step) {
    // Long phases of filling and of draining, so that pages change their size.
    const bool filling = step / 500 % 2 == 0;
    if (draw.chance(filling ? 3 : 1, 4)) {
      const auto size = static_cast<std::uint32_t>(1 + draw.below(64 * kib >> draw.below(6)));
      buffer* block = memory.take(size);
      if (block == nullptr) {
        ++refused;
        continue;
      }
      std::uint8_t* end = block->bytes + block->capacity;
      const auto next = ranges.lower_bound(block->bytes);
      ASSERT_TRUE(next == ranges.end() || end <= next->first);
      ASSERT_TRUE(next == ranges.begin() || std::prev(next)->second <= block->bytes);
      ranges[block->bytes] = end;
      block->bytes[0] = block->bytes[block->capacity - 1] = 0x77;
      used += block->capacity;
      held.push_back(block);
    } else if (!held.empty()) {
      std::swap(held[draw.below(held.size())], held.back());
      ASSERT_EQ(held.back()->bytes[0], 0x77);
      ranges.erase(held.back()->bytes);
      used -= held.back()->capacity;
      give_back(held.back());
      held.pop_back();
    }
    ASSERT_EQ(memory.used_bytes(), used);
    ASSERT_EQ(memory.blocks_in_use(), held.size());
  }
  EXPECT_GT(refused, 100U);
  for (buffer* block : held) give_back(block);
  const auto largest = take_all(memory, 64 * kib);
  EXPECT_EQ(largest.size(), 8U) << "everything serves the largest size again";
  for (buffer* block : largest) give_back(block);
}

TEST(arena, slices_give_their_block_back_with_the_last_of_them) {
  arena memory(page);
  buffer* block = memory.take(100);
  slice whole(*block, block->bytes, 100);
  slice part = whole.part(10, 20);
  whole = slice();
  EXPECT_EQ(memory.blocks_in_use(), 1U);
  EXPECT_EQ(part.footprint(), 2 * kib);
  part = slice();
  EXPECT_EQ(memory.blocks_in_use(), 0U);
}

#if defined(WIREBIRD_POISONS)
TEST(arena, freed_memory_is_poisoned) {
  arena memory(page);
  buffer* first = memory.take(3000);
  EXPECT_EQ(__asan_region_is_poisoned(first->bytes, 4096), nullptr);
  EXPECT_TRUE(__asan_address_is_poisoned(first->bytes + 4096)) << "the neighbour is nobody's";
  std::uint8_t* bytes = first->bytes;
  give_back(first);
  EXPECT_TRUE(__asan_address_is_poisoned(bytes));
  EXPECT_TRUE(__asan_address_is_poisoned(bytes + 4095));
}

TEST(arena_death, block_recycled_twice_aborts) {
  arena memory(page);
  buffer* block = memory.take(1);
  give_back(block);
  EXPECT_DEATH(memory.recycle(*block), "recycled twice");
}
#endif

TEST(arena_death, block_that_outlives_its_arena_aborts) {
  EXPECT_DEATH(
      {
        arena memory(page);
        (void)memory.take(1);
      },
      "outlives");
}

}  // namespace
}  // namespace wirebird
