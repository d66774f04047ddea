#include "dataplane/base/random.hh"
#include "dataplane/stream/send_queue.hh"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::stream {
namespace {

/// The queue beside a plain string and a list of the blocks it must be charged for, under random
/// use.
class model {
 public:
  model(std::size_t arena_bytes, std::uint64_t seed)
      : memory_(arena_bytes), queue_(memory_), dice_(seed) {}
  ~model() {
    queue_.clear();
    shared_ = slice();
    EXPECT_EQ(queue_.pinned_bytes(), 0U);
    EXPECT_EQ(memory_.blocks_in_use(), 0U);
  }

  void step() {
    switch (dice_.below(9)) {
      case 0: write_room(); break;
      case 1:
      case 2: copy(); break;
      case 3:
      case 4: share(); break;
      case 5: read(); break;
      case 6: gather(); break;
      case 7: acknowledge(); break;
      default:
        if (dice_.chance(1, 20)) clear();
        break;
    }
    verify();
  }

 private:
  struct entry {
    const void* block;
    std::size_t block_bytes;
    std::size_t bytes;
    bool own;  ///< a block of the queue itself: neighbours are one run
  };

  std::string text(std::size_t size) {
    std::string result(size, '\0');
    for (char& c : result) c = static_cast<char>(dice_.next());
    return result;
  }
  std::uint32_t any_size() {
    static constexpr std::uint32_t scales[] = {20, 500, 5'000, arena::block_bytes_max};
    return static_cast<std::uint32_t>(1 + dice_.below(scales[dice_.below(4)]));
  }

  /// Room for `size` bytes; notes the block that it lies in.
  mutable_bytes reserve(std::uint32_t size) {
    const mutable_bytes room = queue_.reserve(size);
    if (room.empty()) return room;
    EXPECT_GE(room.size(), size);
    const bool goes_on = room.data() == open_ + open_used_ &&
                         room.size() == open_bytes_ - open_used_ && open_ != nullptr;
    if (!goes_on) {
      open_ = room.data();
      open_bytes_ = room.size();
      open_used_ = 0;
    }
    return room;
  }
  void wrote_into_open(const std::string& wrote) {
    open_used_ += wrote.size();
    add(open_, open_bytes_, wrote, true);
  }
  void add(const void* block, std::size_t block_bytes, std::string_view bytes, bool own) {
    if (bytes.empty()) return;
    expected_ += bytes;
    if (own && !entries_.empty() && entries_.back().block == block)
      entries_.back().bytes += bytes.size();
    else
      entries_.push_back({block, block_bytes, bytes.size(), own});
  }

  void write_room() {
    const std::uint32_t size = any_size();
    const mutable_bytes room = reserve(size);
    if (room.empty()) return;
    const std::string wrote = text(dice_.below(size + 1));
    std::memcpy(room.data(), wrote.data(), wrote.size());
    queue_.commit(static_cast<std::uint32_t>(wrote.size()));
    wrote_into_open(wrote);
  }
  void copy() {
    const std::string wrote = text(any_size());
    const bool fits = !reserve(static_cast<std::uint32_t>(wrote.size())).empty();
    ASSERT_EQ(queue_.append_copy(as_bytes(wrote)), fits);
    if (fits) wrote_into_open(wrote);
  }
  void share() {
    if (shared_.empty() || dice_.chance(1, 4)) {
      const std::string fresh = text(any_size());
      const auto size = static_cast<std::uint32_t>(fresh.size());
      buffer* block = memory_.take(size);
      if (block == nullptr) return;
      std::memcpy(block->bytes, fresh.data(), size);
      shared_ = slice(*block, block->bytes, size);
    }
    const auto offset = static_cast<std::uint32_t>(dice_.below(shared_.size()));
    const auto size = static_cast<std::uint32_t>(dice_.below(shared_.size() - offset + 1));
    const slice piece = shared_.part(offset, size);
    add(piece.owner()->bytes, piece.footprint(), as_text(piece.bytes()), false);
    queue_.append(piece);
  }
  void read() {
    const std::size_t from = dice_.below(expected_.size() + 1);
    std::string got(dice_.below(expected_.size() - from + 1), '\0');
    queue_.read(begin_ + from, {reinterpret_cast<std::uint8_t*>(got.data()), got.size()});
    ASSERT_EQ(got, expected_.substr(from, got.size()));
  }
  void gather() {
    const std::size_t from = dice_.below(expected_.size() + 1);
    std::vector<byte_view> runs(1 + dice_.below(6));
    const std::size_t count = queue_.gather(begin_ + from, runs);
    ASSERT_LE(count, runs.size());
    std::string got;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_FALSE(runs[i].empty());
      got += as_text(runs[i]);
    }
    ASSERT_EQ(got, expected_.substr(from, got.size()));
    if (count < runs.size()) {
      ASSERT_EQ(from + got.size(), expected_.size());
    }
  }
  void acknowledge() {
    std::size_t count = dice_.below(expected_.size() + 1);
    if (dice_.chance(1, 2)) count = dice_.below(count + 1) / 4;
    if (dice_.chance(1, 15)) count = expected_.size();
    expected_.erase(0, count);
    begin_ += count;
    queue_.acknowledge(begin_);
    while (count > 0) {
      entry& first = entries_.front();
      const std::size_t now = std::min(count, first.bytes);
      first.bytes -= now;
      count -= now;
      if (first.bytes == 0) entries_.pop_front();
    }
    if (expected_.empty()) forget_open();
  }
  void clear() {
    begin_ += expected_.size();
    expected_.clear();
    entries_.clear();
    forget_open();
    queue_.clear();
  }
  void forget_open() {
    open_ = nullptr;
    open_bytes_ = open_used_ = 0;
  }

  void verify() {
    ASSERT_EQ(queue_.size(), expected_.size());
    ASSERT_EQ(queue_.empty(), expected_.empty());
    ASSERT_EQ(queue_.begin_position(), begin_);
    ASSERT_EQ(queue_.end_position(), begin_ + expected_.size());
    std::size_t charged = 0;
    const void* own = nullptr;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const entry& each = entries_[i];
      const auto is_same = [&](std::size_t back) {
        return i >= back && entries_[i - back].block == each.block;
      };
      const bool is_charged = each.own ? each.block == own : is_same(1) || is_same(2);
      if (!is_charged) charged += each.block_bytes;
      if (each.own) own = each.block;
    }
    ASSERT_EQ(queue_.pinned_bytes(), charged);
  }

  arena memory_;
  send_queue queue_;
  random dice_;
  slice shared_;
  std::string expected_;
  std::uint64_t begin_ = 0;
  std::deque<entry> entries_;
  const std::uint8_t* open_ = nullptr;
  std::size_t open_bytes_ = 0;
  std::size_t open_used_ = 0;
};

void run(std::size_t arena_bytes, std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  model one(arena_bytes, seed);
  for (int i = 0; i < 400 && !testing::Test::HasFatalFailure(); ++i) one.step();
}

TEST(send_queue_model, agrees_with_a_string_and_a_list_of_blocks) {
  for (std::uint64_t seed = 1; seed <= 60 && !HasFatalFailure(); ++seed)
    run(64 * 1024 * 1024, seed);
}

TEST(send_queue_model, agrees_when_the_arena_keeps_running_dry) {
  for (std::uint64_t seed = 1; seed <= 60 && !HasFatalFailure(); ++seed)
    run(6 * arena::block_bytes_max, seed);
}

}  // namespace
}  // namespace wirebird::stream
