#include "dataplane/stream/send_queue.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::stream {
namespace {

constexpr std::size_t plenty = 64 * 1024 * 1024;

std::string read_all(send_queue& queue) {
  std::string text(queue.size(), '\0');
  queue.read(queue.begin_position(), {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return text;
}

std::string gather_all(send_queue& queue, std::uint64_t from, std::size_t runs_max) {
  std::vector<byte_view> runs(runs_max);
  runs.resize(queue.gather(from, runs));
  std::string text;
  for (const byte_view run : runs) text += as_text(run);
  return text;
}

/// A block of the arena filled with `text`, as a payload that several queues share.
slice payload(arena& memory, std::string_view text) {
  buffer* block = memory.take(static_cast<std::uint32_t>(text.size()));
  std::memcpy(block->bytes, text.data(), text.size());
  return {*block, block->bytes, static_cast<std::uint32_t>(text.size())};
}

TEST(send_queue, new_queue_is_empty_and_holds_nothing) {
  arena memory(plenty);
  send_queue queue(memory);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.pinned_bytes(), 0U);
  EXPECT_EQ(queue.begin_position(), 0U);
  EXPECT_EQ(queue.end_position(), 0U);
  EXPECT_EQ(memory.blocks_in_use(), 0U);
  std::array<byte_view, 4> runs;
  EXPECT_EQ(queue.gather(0, runs), 0U);
}

TEST(send_queue, copied_text_is_read_back_in_order) {
  arena memory(plenty);
  send_queue queue(memory);
  ASSERT_TRUE(queue.append_copy(as_bytes("PING\r\n")));
  ASSERT_TRUE(queue.append_copy(as_bytes("+OK\r\n")));
  EXPECT_EQ(read_all(queue), "PING\r\n+OK\r\n");
  EXPECT_EQ(gather_all(queue, 0, 8), "PING\r\n+OK\r\n");
  EXPECT_EQ(queue.end_position(), 11U);
}

TEST(send_queue, small_messages_share_one_block_and_one_run) {
  arena memory(plenty);
  send_queue queue(memory);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.append_copy(as_bytes("0123456789")));
  EXPECT_EQ(queue.pinned_bytes(), arena::block_bytes_min);
  std::array<byte_view, 4> runs;
  EXPECT_EQ(queue.gather(0, runs), 1U);
}

TEST(send_queue, uncommitted_room_is_not_part_of_the_stream) {
  arena memory(plenty);
  send_queue queue(memory);
  const mutable_bytes room = queue.reserve(100);
  ASSERT_GE(room.size(), 100U);
  room[0] = 'a';
  queue.commit(1);
  EXPECT_EQ(read_all(queue), "a");
  ASSERT_GE(queue.reserve(50).size(), 50U);
  queue.commit(0);
  EXPECT_EQ(read_all(queue), "a");
}

TEST(send_queue, drained_queue_gives_its_memory_back) {
  arena memory(plenty);
  send_queue queue(memory);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(queue.append_copy(as_bytes("0123456789")));
  queue.append(payload(memory, std::string(5000, 'p')));
  queue.acknowledge(queue.end_position());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pinned_bytes(), 0U);
  EXPECT_EQ(memory.blocks_in_use(), 0U);
  EXPECT_EQ(queue.begin_position(), 15'000U);
  ASSERT_TRUE(queue.append_copy(as_bytes("again")));
  EXPECT_EQ(read_all(queue), "again");
}

TEST(send_queue, reserved_room_that_was_never_used_is_given_back_by_clear) {
  arena memory(plenty);
  send_queue queue(memory);
  ASSERT_FALSE(queue.reserve(10).empty());
  queue.clear();
  EXPECT_EQ(memory.blocks_in_use(), 0U);
}

TEST(send_queue, payload_is_shared_not_copied) {
  arena memory(plenty);
  send_queue one(memory);
  send_queue two(memory);
  const slice shared = payload(memory, std::string(6000, 's'));
  one.append(shared);
  two.append(shared);
  EXPECT_EQ(memory.used_bytes(), 8192U);
  EXPECT_EQ(one.pinned_bytes(), 8192U);
  EXPECT_EQ(two.pinned_bytes(), 8192U);
  std::array<byte_view, 2> runs;
  ASSERT_EQ(two.gather(0, runs), 1U);
  EXPECT_EQ(runs[0].data(), shared.data());
  one.acknowledge(6000);
  EXPECT_EQ(one.pinned_bytes(), 0U);
  EXPECT_EQ(read_all(two), std::string(6000, 's'));
}

TEST(send_queue, text_after_a_payload_goes_on_in_the_same_block) {
  arena memory(plenty);
  send_queue queue(memory);
  ASSERT_TRUE(queue.append_copy(as_bytes("MSG a 1 4096\r\n")));
  queue.append(payload(memory, std::string(4096, 'x')));
  ASSERT_TRUE(queue.append_copy(as_bytes("\r\n")));
  EXPECT_EQ(read_all(queue), "MSG a 1 4096\r\n" + std::string(4096, 'x') + "\r\n");
  EXPECT_EQ(memory.used_bytes(), 2048U + 4096U);
}

TEST(send_queue, partial_acknowledgement_keeps_the_rest_readable) {
  arena memory(plenty);
  send_queue queue(memory);
  ASSERT_TRUE(queue.append_copy(as_bytes("abcdefgh")));
  std::array<std::uint8_t, 2> two{};
  queue.read(4, two);  // the cursor stands in the middle
  queue.acknowledge(3);
  EXPECT_EQ(queue.begin_position(), 3U);
  EXPECT_EQ(read_all(queue), "defgh");
  EXPECT_EQ(gather_all(queue, 5, 2), "fgh");
  queue.acknowledge(5);
  EXPECT_EQ(gather_all(queue, 5, 2), "fgh");
}

TEST(send_queue, cursor_survives_acknowledgements_within_and_before_its_entry) {
  arena memory(plenty);
  send_queue queue(memory);
  std::string all;
  for (char c = 'a'; c <= 'e'; ++c) {
    queue.append(payload(memory, std::string(10, c)));
    all += std::string(10, c);
  }
  std::array<std::uint8_t, 5> some{};
  for (std::uint64_t acknowledged = 0; acknowledged < 50; ++acknowledged) {
    queue.acknowledge(acknowledged);
    for (std::uint64_t from = acknowledged; from + some.size() <= 50; from += 7) {
      queue.read(from, some);
      EXPECT_EQ(as_text(some), all.substr(from, some.size())) << acknowledged << ' ' << from;
    }
  }
}

TEST(send_queue, text_longer_than_a_block_is_split) {
  arena memory(plenty);
  send_queue queue(memory);
  std::string text(3 * arena::block_bytes_max + 17, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  ASSERT_TRUE(queue.append_copy(as_bytes(text)));
  EXPECT_EQ(read_all(queue), text);
}

TEST(send_queue, dry_arena_refuses_and_changes_nothing) {
  arena memory(2 * arena::block_bytes_max);
  send_queue queue(memory);
  ASSERT_TRUE(queue.append_copy(as_bytes("kept")));
  std::vector<slice> hog;
  while (buffer* block = memory.take(arena::block_bytes_min))
    hog.emplace_back(*block, block->bytes, block->capacity);
  EXPECT_TRUE(queue.reserve(arena::block_bytes_min).empty());
  EXPECT_FALSE(queue.append_copy(as_bytes(std::string(3000, 'x'))));
  EXPECT_FALSE(queue.append_copy(as_bytes(std::string(200'000, 'x'))));
  EXPECT_EQ(read_all(queue), "kept");
  // What is left of its own block still serves.
  EXPECT_TRUE(queue.append_copy(as_bytes("!")));
  EXPECT_EQ(read_all(queue), "kept!");
  hog.clear();
  EXPECT_TRUE(queue.append_copy(as_bytes(std::string(3000, 'x'))));
  queue.clear();
}

TEST(send_queue, dry_arena_never_leaves_half_of_a_long_text) {
  for (std::size_t pages = 1; pages < 6; ++pages) {
    arena memory(pages * arena::block_bytes_max);
    send_queue queue(memory);
    ASSERT_TRUE(queue.append_copy(as_bytes("kept")));
    const bool added = queue.append_copy(as_bytes(std::string(200'000, 'x')));
    EXPECT_EQ(queue.size(), added ? 200'004U : 4U) << pages << " pages";
  }
}

TEST(send_queue, fragmented_arena_never_leaves_half_of_a_long_text) {
  arena memory(8 * arena::block_bytes_max);
  send_queue queue(memory);
  // Two small blocks on every page: half of the bytes are free, but hardly any whole page.
  std::vector<slice> all;
  while (buffer* block = memory.take(arena::block_bytes_min))
    all.emplace_back(*block, block->bytes, block->capacity);
  std::vector<slice> kept;
  for (std::size_t i = 0; i < all.size(); i += 16) kept.push_back(all[i]);
  all.clear();
  EXPECT_FALSE(queue.append_copy(as_bytes(std::string(200'000, 'x'))));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pinned_bytes(), 0U);
}

TEST(send_queue, repeated_parts_of_one_payload_are_charged_once_and_released) {
  arena memory(plenty);
  send_queue queue(memory);
  const slice shared = payload(memory, std::string(4096, 's'));
  queue.append(shared.part(0, 100));
  queue.append(shared.part(100, 100));
  queue.append(shared);
  EXPECT_EQ(queue.pinned_bytes(), 4096U);
  queue.acknowledge(150);
  EXPECT_EQ(queue.pinned_bytes(), 4096U);
  queue.acknowledge(queue.end_position());
  EXPECT_EQ(queue.pinned_bytes(), 0U);
}

TEST(send_queue, a_block_is_charged_once_however_lines_and_payloads_interleave) {
  arena memory(plenty);
  send_queue queue(memory);
  const slice twice = payload(memory, std::string(4096, 's'));
  ASSERT_TRUE(queue.append_copy(as_bytes("MSG a 1 4096\r\n")));
  queue.append(twice);
  ASSERT_TRUE(queue.append_copy(as_bytes("MSG a 2 4096\r\n")));  // the same client's second SUB
  queue.append(twice);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(queue.append_copy(as_bytes("MSG a 1 4096\r\n")));
    queue.append(payload(memory, std::string(4096, 'p')));
  }
  EXPECT_EQ(queue.pinned_bytes(), arena::block_bytes_min + 6 * 4096U);
  EXPECT_EQ(memory.used_bytes(), queue.pinned_bytes());
  while (!queue.empty()) {
    queue.acknowledge(std::min(queue.begin_position() + 1000, queue.end_position()));
    // The block that lines are written to stays open while the queue is not empty.
    EXPECT_LE(queue.pinned_bytes(), memory.used_bytes());
    EXPECT_GE(queue.pinned_bytes() + arena::block_bytes_min + 4096, memory.used_bytes());
  }
  EXPECT_EQ(queue.pinned_bytes(), 0U);
}

}  // namespace
}  // namespace wirebird::stream
