#pragma once

#include "dataplane/base/buffer.hh"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace wirebird {

/// What the port found out about a received frame, or is asked to do with one that leaves.
struct frame_marks {
  bool checksums_verified =
      false;  ///< received: IP and TCP checksums were good, as far as the port saw
  bool checksum_wrong = false;     ///< received: the port saw a wrong checksum
  bool is_for_reading = false;     ///< received: by another worker, which answers it
  bool offload_checksums = false;  ///< leaving: the port fills in IP and TCP checksums
  std::uint16_t segment_bytes =
      0;  ///< leaving: cut the TCP payload into segments of this size (TSO); 0: do not
};

/// The head of a packet buffer. In a DPDK pool it lies in the mbuf's private area, so that frame
/// and mbuf convert by pointer arithmetic; in a plain pool it lies in front of the bytes.
struct frame_buffer : buffer {
  std::uint32_t offset = 0;  ///< first byte of the frame within the block
  std::uint32_t length = 0;  ///< bytes of the frame
  frame_marks marks;
};

/// One packet, move-only: whoever holds the frame owns it, and giving it away moves it. Layers trim
/// the front as they parse and prepend as they build, so one buffer serves the whole way. Lives on
/// one worker.
class frame {
 public:
  frame() noexcept = default;
  /// Takes over the reference that a pool or a port has counted.
  explicit frame(frame_buffer& head) noexcept : head_(&head) {}
  frame(frame&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  frame& operator=(frame&& other) noexcept {
    if (this != &other) {
      drop();
      head_ = std::exchange(other.head_, nullptr);
    }
    return *this;
  }
  frame(const frame&) = delete;
  frame& operator=(const frame&) = delete;
  ~frame() { drop(); }

  explicit operator bool() const noexcept { return head_ != nullptr; }

  [[nodiscard]] byte_view bytes() const noexcept {
    return {head_->bytes + head_->offset, head_->length};
  }
  [[nodiscard]] mutable_bytes writable() noexcept {
    return {head_->bytes + head_->offset, head_->length};
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return head_->length; }
  [[nodiscard]] std::uint32_t headroom() const noexcept { return head_->offset; }
  [[nodiscard]] std::uint32_t tailroom() const noexcept {
    return head_->capacity - head_->offset - head_->length;
  }
  [[nodiscard]] frame_marks& marks() noexcept { return head_->marks; }
  [[nodiscard]] const frame_marks& marks() const noexcept { return head_->marks; }

  /// Makes `count` more bytes in front part of the frame. requires: count <= headroom().
  mutable_bytes prepend(std::uint32_t count) noexcept {
    debug_check(count <= head_->offset);
    head_->offset -= count;
    head_->length += count;
    return {head_->bytes + head_->offset, count};
  }
  /// Makes `count` more bytes at the end part of the frame. requires: count <= tailroom().
  mutable_bytes append(std::uint32_t count) noexcept {
    debug_check(count <= tailroom());
    std::uint8_t* at = head_->bytes + head_->offset + head_->length;
    head_->length += count;
    return {at, count};
  }
  /// requires: count <= size().
  void trim_front(std::uint32_t count) noexcept {
    debug_check(count <= head_->length);
    head_->offset += count;
    head_->length -= count;
  }
  /// requires: size <= size().
  void truncate(std::uint32_t size) noexcept {
    debug_check(size <= head_->length);
    head_->length = size;
  }

  /// Gives the frame up for the bytes in it: the slice takes over the reference.
  [[nodiscard]] slice into_slice() && noexcept {
    frame_buffer& head = *std::exchange(head_, nullptr);
    return slice(head, head.bytes + head.offset, head.length);
  }

  /// Gives up the handle without releasing: for ports, which pass the buffer on to a driver.
  [[nodiscard]] frame_buffer* release() noexcept { return std::exchange(head_, nullptr); }

 private:
  void drop() noexcept {
    if (head_ == nullptr) return;
    frame_buffer* head = std::exchange(head_, nullptr);
    if (--head->references == 0) head->home->recycle(*head);
  }

  frame_buffer* head_ = nullptr;
};

/// Room that every frame from a pool has in front: Ethernet with one VLAN tag (18), IPv6 (40), TCP
/// with all options (60), rounded up to two cache lines. A driver's own headroom is this one.
inline constexpr std::uint32_t frame_headroom_bytes = 128;
/// Data room behind the headroom: one 1500-byte packet in the size that drivers expect.
inline constexpr std::uint32_t frame_data_bytes = 2048;

/// Where frames come from. One per worker; never touched by another.
class frame_pool : public buffer_home {
 public:
  /// returns: an empty frame with frame_headroom_bytes in front and at least frame_data_bytes
  /// behind, or nothing when the pool is dry (count it, do without).
  [[nodiscard]] virtual frame take() noexcept = 0;
  /// Frames that take() would still give now.
  [[nodiscard]] virtual std::size_t available() const noexcept = 0;

 protected:
  ~frame_pool() = default;
};

}  // namespace wirebird
