#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/bytes.hh"
#include "dataplane/base/ring_queue.hh"

#include <cstddef>
#include <cstdint>
#include <span>

namespace wirebird::stream {

/// The final bytes of one connection from the moment they are written until the peer has
/// acknowledged them: the session writes at the back, the transport reads anywhere and releases at
/// the front, nothing is ever rebuilt.
///
/// Small messages are copied together into blocks that belong to this queue alone; large payloads
/// are appended as references to arena blocks that several queues share. Both are counted in full
/// (`pinned_bytes`), whole blocks, so a slow consumer is charged with what it really holds. An
/// empty queue holds no memory. Lives in its connection, on the connection's worker.
///
/// Bytes have positions: the first byte ever written is 0, `begin_position()` is the first not yet
/// acknowledged, `end_position()` is one past the last written.
class send_queue {
 public:
  explicit send_queue(arena& memory) noexcept : memory_(memory) {}

  /// Room for `size` bytes in one run at the back. requires: 0 < size <= arena::block_bytes_max.
  /// returns: at least `size` bytes to write to, or an empty span when the arena is dry. The room
  /// is void after any other call.
  [[nodiscard]] mutable_bytes reserve(std::uint32_t size);
  /// Room that reserve() has without new memory.
  [[nodiscard]] std::uint32_t open_bytes() const noexcept { return open_.footprint() - open_used_; }
  /// Makes the first `size` bytes of the room part of the stream. requires: a reserve() of at least
  /// that just before.
  void commit(std::uint32_t size);
  /// Copies `bytes` of any length to the back. returns: false when the arena is dry (then nothing
  /// was added).
  [[nodiscard]] bool append_copy(byte_view bytes);
  /// Puts a reference at the back: the bytes stay where they are.
  void append(slice piece);

  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  /// Bytes written and not yet acknowledged: what max_pending limits.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  /// Runs of memory that those bytes lie in.
  [[nodiscard]] std::size_t pieces() const noexcept { return entries_.size(); }
  /// Memory this queue keeps from others: every block it refers to, in full. A block of its own is
  /// counted once; a shared one that comes back after more than one piece of others, once more.
  [[nodiscard]] std::size_t pinned_bytes() const noexcept { return pinned_bytes_; }
  [[nodiscard]] std::uint64_t begin_position() const noexcept { return begin_; }
  [[nodiscard]] std::uint64_t end_position() const noexcept { return begin_ + bytes_; }

  /// Copies the bytes at `position` on into `out`; reading on from where the last read ended, or
  /// from begin_position(), costs no search. requires: begin_position() <= position, position +
  /// out.size() <= end_position().
  void read(std::uint64_t position, mutable_bytes out) noexcept;
  /// Names the runs of bytes from `position` on, for gather I/O. returns: how many runs were
  /// written to `runs`.
  [[nodiscard]] std::size_t gather(std::uint64_t position, std::span<byte_view> runs) noexcept;

  /// Releases everything in front of `position`. requires: begin_position() <= position <=
  /// end_position().
  void acknowledge(std::uint64_t position) noexcept;
  /// Releases everything; positions go on where they ended.
  void clear() noexcept;

 private:
  struct place {
    std::size_t index;       ///< of the entry
    std::uint64_t position;  ///< of its first byte
  };
  [[nodiscard]] place find(std::uint64_t position) noexcept;
  [[nodiscard]] std::uint32_t next_block_bytes(std::uint32_t size) const noexcept;
  [[nodiscard]] bool append_long_copy(byte_view bytes);
  [[nodiscard]] bool ends_charge() noexcept;
  void pop_front_entry() noexcept;

  arena& memory_;
  ring_queue<slice> entries_;
  ring_queue<const buffer*> own_blocks_;  ///< that entries refer to, in order: each charged once
  std::size_t bytes_ = 0;
  std::size_t pinned_bytes_ = 0;
  std::uint64_t begin_ = 0;
  /// Where the last read ended: the entry's number counted from the first entry ever, and its first
  /// byte's position.
  std::uint64_t popped_entries_ = 0;
  std::uint64_t cursor_entry_ = 0;
  std::uint64_t cursor_position_ = 0;
  /// The block that reserve() writes into: one reference of its own, and the next free byte.
  slice open_;
  std::uint32_t open_used_ = 0;
};

}  // namespace wirebird::stream
