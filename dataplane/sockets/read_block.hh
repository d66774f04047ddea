#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/buffer.hh"
#include "dataplane/base/slice_queue.hh"

#include <cstdint>

namespace wirebird::sockets {

/// The block that all connections of a worker read into, one after the other: most bytes are parsed
/// and gone before the next connection's turn, so ten thousand connections need one receive buffer.
/// Whoever keeps a slice keeps the block; the reader then goes on behind it or takes a new one.
class read_block {
 public:
  explicit read_block(arena& memory) noexcept : memory_(memory) {}

  /// Where the next bytes may be written: nearly always a whole block of 64 KiB. returns: an empty
  /// span when the arena is dry.
  [[nodiscard]] mutable_bytes room() noexcept;
  /// The first `size` bytes of the room as a slice. requires: room() just before, size within it.
  [[nodiscard]] slice take(std::uint32_t size) noexcept;
  /// Gives the block up unless somebody keeps a slice of it: a transport that rests holds no
  /// memory, and slices that are kept share blocks. Another block costs a few nanoseconds.
  void release() noexcept;

 private:
  arena& memory_;
  slice block_;  ///< our reference to the whole block
  std::uint32_t used_ = 0;
};

/// Moves an unread rest to blocks of its own size when it pins more than twice what it needs, so
/// that a paused session does not hold 64 KiB for its last few bytes.
enum class pack_result : std::uint8_t { lean, packed, arena_dry };
[[nodiscard]] pack_result pack(slice_queue& unread, arena& memory);

}  // namespace wirebird::sockets
