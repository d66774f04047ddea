#include "dataplane/tcp/receive_buffer.hh"

#include "dataplane/tcp/limits.hh"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace wirebird::tcp {

std::size_t receive_buffer::footprint_max() const noexcept {
  return std::size_t{2} * capacity_ + limits::footprint_slack;
}

receive_buffer::taken receive_buffer::take(sequence seq, sequence nxt, slice bytes, keeping how) {
  taken result;
  if (seq != nxt) {
    const std::size_t others = unread_.footprint() + tail_.footprint();
    const std::size_t budget = footprint_max() > others ? footprint_max() - others : 0;
    result.refused = !out_of_order_.insert(seq, std::move(bytes), how == keeping::copy, budget);
    return result;
  }
  while (!bytes.empty()) {
    const std::uint32_t size = bytes.size();
    if (!append(std::move(bytes), how, result)) {
      result.refused = true;
      break;
    }
    result.in_order += size;
    bytes = out_of_order_.pull(nxt + result.in_order);
  }
  return result;
}

bool receive_buffer::append(slice bytes, keeping how, taken& result) {
  if (how == keeping::frame && footprint() + bytes.footprint() > footprint_max())
    result.copied += compact();
  if (how == keeping::frame && footprint() + bytes.footprint() <= footprint_max()) {
    push_tail();
    unread_.push_back(std::move(bytes));
    holds_frames_ = true;
    return true;
  }
  if (!append_copy(bytes.bytes())) return false;
  result.copied += bytes.size();
  return true;
}

bool receive_buffer::append_copy(byte_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const buffer* block = tail_.owner();
  const bool fits =
      block != nullptr && tail_.data() + tail_.size() + size <= block->bytes + block->capacity;
  if (!fits) {
    // Blocks grow with the backlog, so their number stays small.
    const std::uint32_t wanted =
        std::clamp(unread_bytes(), arena::block_bytes_min, arena::block_bytes_max);
    if (footprint() + std::max(size, arena::block_bytes_min) > footprint_max()) return false;
    buffer* fresh = memory_.take(std::max(size, std::bit_floor(wanted)));
    if (fresh == nullptr) fresh = memory_.take(size);
    if (fresh == nullptr) return false;
    push_tail();
    tail_ = slice(*fresh, fresh->bytes, 0);
  }
  std::memcpy(const_cast<std::uint8_t*>(tail_.data()) + tail_.size(), bytes.data(), size);
  tail_.extend(size);
  return true;
}

void receive_buffer::push_tail() {
  if (!tail_.empty()) unread_.push_back(std::move(tail_));
  tail_ = slice();
}

slice_queue& receive_buffer::unread() noexcept {
  push_tail();
  return unread_;
}

std::uint32_t receive_buffer::settle(bool frames_low) {
  if (unread_.empty()) {
    holds_frames_ = false;
    return 0;
  }
  const bool wasteful = unread_.footprint() > 2 * unread_.size() + limits::footprint_slack;
  return wasteful || (frames_low && holds_frames_) ? compact() : 0;
}

std::uint32_t receive_buffer::compact() {
  push_tail();
  // When the arena runs dry on the way, what could not move stays where it is.
  slice_queue packed;
  std::size_t left = unread_.size();
  const auto total = static_cast<std::uint32_t>(left);
  slice_queue source = std::exchange(unread_, slice_queue());
  while (left > 0) {
    const auto size =
        static_cast<std::uint32_t>(std::min<std::size_t>(left, arena::block_bytes_max));
    buffer* block = memory_.take(size);
    if (block == nullptr) break;
    slice piece(*block, block->bytes, 0);
    while (piece.size() < size) {
      const slice& front = source.front();
      const std::uint32_t count = std::min(front.size(), size - piece.size());
      std::memcpy(block->bytes + piece.size(), front.data(), count);
      piece.extend(count);
      source.consume(count);
    }
    left -= size;
    packed.push_back(std::move(piece));
  }
  const bool moved_all = source.empty();
  while (!source.empty()) {
    slice rest = source.front();
    source.consume(rest.size());
    packed.push_back(std::move(rest));
  }
  unread_ = std::move(packed);
  holds_frames_ = holds_frames_ && !moved_all;
  return total - static_cast<std::uint32_t>(left);
}

void receive_buffer::clear() noexcept {
  unread_.clear();
  tail_ = slice();
  out_of_order_.clear();
  holds_frames_ = false;
}

}  // namespace wirebird::tcp
