#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/tcp/reassembly.hh"
#include "dataplane/tcp/seq.hh"

#include <cstddef>
#include <cstdint>

namespace wirebird::tcp {

/// What a peer has sent and the session has not read: bytes in order, and behind a gap the pieces
/// of reassembly. Bounded by the window in bytes and by a footprint in memory, so that a peer can
/// pin neither more than its window nor many frames with few bytes.
class receive_buffer {
 public:
  receive_buffer(arena& memory, std::uint32_t capacity) noexcept
      : memory_(memory), out_of_order_(memory), capacity_(capacity) {}

  /// How the bytes of a segment are kept.
  enum class keeping : std::uint8_t { frame, copy };
  struct taken {
    std::uint32_t in_order = 0;  ///< bytes that RCV.NXT moves on by
    std::uint32_t copied = 0;    ///< bytes copied into the arena
    bool refused = false;        ///< payload dropped for want of memory
  };
  /// Payload that starts at `seq`, inside the window. requires: seq >= nxt.
  [[nodiscard]] taken take(sequence seq, sequence nxt, slice bytes, keeping how);

  /// Bytes for the session, from the front.
  [[nodiscard]] slice_queue& unread() noexcept;
  [[nodiscard]] std::uint32_t unread_bytes() const noexcept {
    return static_cast<std::uint32_t>(unread_.size()) + tail_.size();
  }
  /// Slices that wait unread: many of them mean that the session does not keep up.
  [[nodiscard]] std::size_t unread_slices() const noexcept { return unread_.slices(); }
  /// Bytes that the peer may send behind RCV.NXT.
  [[nodiscard]] std::uint32_t free_bytes() const noexcept {
    return capacity_ > unread_bytes() ? capacity_ - unread_bytes() : 0;
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] const reassembly& out_of_order() const noexcept { return out_of_order_; }

  /// After the session read: when what is left pins much more than its bytes, or frames are scarce
  /// (`frames_low`), it moves together into arena blocks. returns: bytes copied.
  std::uint32_t settle(bool frames_low);
  void clear() noexcept;

 private:
  [[nodiscard]] std::size_t footprint() const noexcept {
    return unread_.footprint() + tail_.footprint() + out_of_order_.footprint();
  }
  [[nodiscard]] std::size_t footprint_max() const noexcept;
  [[nodiscard]] bool append(slice bytes, keeping how, taken& result);
  [[nodiscard]] bool append_copy(byte_view bytes);
  std::uint32_t compact();
  void push_tail();

  arena& memory_;
  slice_queue unread_;
  slice tail_;  ///< the end of the stream, in a block of ours with room behind it
  reassembly out_of_order_;
  std::uint32_t capacity_;
  bool holds_frames_ = false;
};

}  // namespace wirebird::tcp
