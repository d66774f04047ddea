#include "dataplane/stream/send_queue.hh"

#include <algorithm>
#include <bit>
#include <cstring>

namespace wirebird::stream {

namespace {
/// An array of this many entries is kept by a drained queue; a larger one goes back.
constexpr std::size_t idle_entries_max = 16;
}  // namespace

// The first block is small, so ten thousand quiet connections stay cheap; a backlog earns larger
// ones.
std::uint32_t send_queue::next_block_bytes(std::uint32_t size) const noexcept {
  const std::size_t backlog =
      std::clamp<std::size_t>(bytes_, arena::block_bytes_min, arena::block_bytes_max);
  return std::max(size, static_cast<std::uint32_t>(std::bit_floor(backlog)));
}

mutable_bytes send_queue::reserve(std::uint32_t size) {
  if (open_.owner() != nullptr) {
    const std::uint32_t left = open_bytes();
    if (left >= size) return {const_cast<std::uint8_t*>(open_.owner()->bytes) + open_used_, left};
  }
  buffer* block = memory_.take(next_block_bytes(size));
  if (block == nullptr) block = memory_.take(size);
  if (block == nullptr) return {};
  open_ = slice(*block, block->bytes, 0);
  open_used_ = 0;
  return {block->bytes, block->capacity};
}

void send_queue::commit(std::uint32_t size) {
  if (size == 0) return;
  const bool goes_on = !entries_.empty() && entries_.back().owner() == open_.owner() &&
                       entries_.back().data() + entries_.back().size() == open_.data() + open_used_;
  if (goes_on) {
    entries_.back().extend(size);
  } else {
    slice piece = open_;
    piece.extend(open_used_ + size);
    piece.remove_prefix(open_used_);
    if (own_blocks_.empty() || own_blocks_.back() != open_.owner()) {
      own_blocks_.push_back(open_.owner());
      pinned_bytes_ += piece.footprint();
    }
    entries_.push_back(std::move(piece));
  }
  open_used_ += size;
  bytes_ += size;
}

bool send_queue::append_copy(byte_view bytes) {
  const std::size_t count = bytes.size();
  if (count == 0) return true;
  if (count <= arena::block_bytes_max) {
    const mutable_bytes room = reserve(static_cast<std::uint32_t>(count));
    if (room.empty()) return false;
    std::memcpy(room.data(), bytes.data(), count);
    commit(static_cast<std::uint32_t>(count));
    return true;
  }
  return append_long_copy(bytes);
}

// All blocks first: free bytes that lie scattered over pages of small blocks are of no use here, so
// the arena's total says nothing.
bool send_queue::append_long_copy(byte_view bytes) {
  ring_queue<slice> pieces;
  while (!bytes.empty()) {
    const auto size =
        static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), arena::block_bytes_max));
    buffer* block = memory_.take(size);
    if (block == nullptr) return false;
    std::memcpy(block->bytes, bytes.data(), size);
    pieces.push_back(slice(*block, block->bytes, size));
    bytes = bytes.subspan(size);
  }
  for (; !pieces.empty(); pieces.pop_front()) append(pieces.front());
  return true;
}

void send_queue::append(slice piece) {
  if (piece.empty()) return;
  bytes_ += piece.size();
  const std::size_t count = entries_.size();
  const bool is_charged = (count > 0 && entries_[count - 1].owner() == piece.owner()) ||
                          (count > 1 && entries_[count - 2].owner() == piece.owner());
  if (!is_charged) pinned_bytes_ += piece.footprint();
  entries_.push_back(std::move(piece));
}

send_queue::place send_queue::find(std::uint64_t position) noexcept {
  if (cursor_entry_ < popped_entries_ || position < cursor_position_) {
    cursor_entry_ = popped_entries_;
    cursor_position_ = begin_;
  }
  auto index = static_cast<std::size_t>(cursor_entry_ - popped_entries_);
  while (index < entries_.size() && position >= cursor_position_ + entries_[index].size()) {
    cursor_position_ += entries_[index].size();
    ++cursor_entry_;
    ++index;
  }
  return {index, cursor_position_};
}

void send_queue::read(std::uint64_t position, mutable_bytes out) noexcept {
  debug_check(position >= begin_ && position + out.size() <= end_position());
  while (!out.empty()) {
    const place at = find(position);
    const slice& entry = entries_[at.index];
    const auto skip = static_cast<std::size_t>(position - at.position);
    const std::size_t count = std::min(out.size(), entry.size() - skip);
    std::memcpy(out.data(), entry.data() + skip, count);
    out = out.subspan(count);
    position += count;
  }
}

std::size_t send_queue::gather(std::uint64_t position, std::span<byte_view> runs) noexcept {
  if (position == end_position()) return 0;
  const place at = find(position);
  auto skip = static_cast<std::size_t>(position - at.position);
  std::size_t count = 0;
  for (std::size_t index = at.index; index < entries_.size() && count < runs.size(); ++index) {
    runs[count++] = entries_[index].bytes().subspan(skip);
    skip = 0;
  }
  return count;
}

/// Whether the front entry is the last that its block is charged for; see append() and commit().
bool send_queue::ends_charge() noexcept {
  const buffer* const owner = entries_.front().owner();
  if (!own_blocks_.empty() && own_blocks_.front() == owner) {
    // Nobody else refers to a block of our own: its references are our entries.
    if (owner->references != (open_.owner() == owner ? 2U : 1U)) return false;
    own_blocks_.pop_front();
    return true;
  }
  return (entries_.size() < 2 || entries_[1].owner() != owner) &&
         (entries_.size() < 3 || entries_[2].owner() != owner);
}

void send_queue::pop_front_entry() noexcept {
  if (ends_charge()) pinned_bytes_ -= entries_.front().footprint();
  entries_.pop_front();
  ++popped_entries_;
}

void send_queue::acknowledge(std::uint64_t position) noexcept {
  debug_check(position >= begin_ && position <= end_position());
  std::uint64_t count = position - begin_;
  bytes_ -= static_cast<std::size_t>(count);
  begin_ = position;
  while (count > 0) {
    slice& first = entries_.front();
    if (count < first.size()) {
      first.remove_prefix(static_cast<std::uint32_t>(count));
      break;
    }
    count -= first.size();
    pop_front_entry();
  }
  // The cursor names an entry's first byte; for the front entry that byte has moved up.
  if (cursor_entry_ <= popped_entries_) {
    cursor_entry_ = popped_entries_;
    cursor_position_ = begin_;
  }
  if (bytes_ == 0) clear();
}

void send_queue::clear() noexcept {
  begin_ = end_position();
  bytes_ = 0;
  while (!entries_.empty()) pop_front_entry();
  entries_.shrink_if_empty_above(idle_entries_max);
  own_blocks_.shrink_if_empty_above(idle_entries_max);
  open_ = slice();
  open_used_ = 0;
  cursor_entry_ = popped_entries_;
  cursor_position_ = begin_;
}

}  // namespace wirebird::stream
