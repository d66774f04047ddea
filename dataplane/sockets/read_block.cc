#include "dataplane/sockets/read_block.hh"

#include "dataplane/sockets/limits.hh"

#include <algorithm>
#include <cstring>

namespace wirebird::sockets {

mutable_bytes read_block::room() noexcept {
  const buffer* owner = block_.owner();
  if (owner != nullptr && owner->references == 1) used_ = 0;
  const std::uint32_t left = block_.footprint() - used_;
  if (left < read_room_min) {
    buffer* fresh = memory_.take(arena::block_bytes_max);
    if (fresh != nullptr) {
      block_ = slice(*fresh, fresh->bytes, fresh->capacity);
      used_ = 0;
    } else if (left == 0) {
      return {};
    }
  }
  owner = block_.owner();
  return {owner->bytes + used_, owner->capacity - used_};
}

void read_block::release() noexcept {
  const buffer* owner = block_.owner();
  if (owner == nullptr || owner->references > 1) return;
  block_ = slice();
  used_ = 0;
}

slice read_block::take(std::uint32_t size) noexcept {
  slice taken = block_.part(used_, size);
  used_ += size;
  return taken;
}

namespace {
/// Rests that pin no more than twice their size and this are left alone: the smallest block.
constexpr std::size_t lean_bytes = arena::block_bytes_min;

/// returns: a copy of the first `size` bytes of `from`, which lose them; empty when the arena is
/// dry (then they stay).
slice copy_front(slice_queue& from, std::uint32_t size, arena& memory) {
  buffer* block = memory.take(size);
  if (block == nullptr) return {};
  std::uint32_t filled = 0;
  while (filled < size) {
    const slice& first = from.front();
    const std::uint32_t count = std::min(first.size(), size - filled);
    std::memcpy(block->bytes + filled, first.data(), count);
    filled += count;
    from.consume(count);
  }
  return {*block, block->bytes, size};
}
}  // namespace

pack_result pack(slice_queue& unread, arena& memory) {
  if (unread.footprint() <= 2 * unread.size() + lean_bytes) return pack_result::lean;
  // One turn of the queue: what is copied goes to the back, in order. When memory ends midway the
  // rest follows as it is.
  std::size_t left = unread.size();
  bool dry = false;
  while (left > 0) {
    slice piece;
    const auto size =
        static_cast<std::uint32_t>(std::min<std::size_t>(left, arena::block_bytes_max));
    if (!dry) piece = copy_front(unread, size, memory);
    if (piece.empty()) {
      dry = true;
      piece = unread.front();
      unread.consume(piece.size());
    }
    left -= piece.size();
    unread.push_back(std::move(piece));
  }
  return dry ? pack_result::arena_dry : pack_result::packed;
}

}  // namespace wirebird::sockets
