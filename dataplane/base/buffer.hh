#pragma once

#include "dataplane/base/bytes.hh"
#include "dataplane/base/check.hh"

#include <cstdint>
#include <utility>

/// Counted memory that slices share. Everything here belongs to one worker: the count is an
/// ordinary integer, and a slice never crosses to another worker (a record that crosses is copied
/// by its receiver).
namespace wirebird {

struct buffer;

/// Where a buffer goes when its last slice is gone: a frame pool or the arena.
class buffer_home {
 public:
  virtual void recycle(buffer&) noexcept = 0;

 protected:
  ~buffer_home() = default;
};

/// The head of one block of memory. It lies beside or in front of the block, placed by its home.
struct buffer {
  std::uint8_t* bytes = nullptr;  ///< first byte of the block
  std::uint32_t capacity = 0;     ///< bytes in the block: what holding any part of it costs
  std::uint32_t references = 0;   ///< slices and frames that hold it
  buffer_home* home = nullptr;
};

/// A run of bytes in a buffer, and one reference to it. Copying shares; the bytes are not changed
/// through a slice.
class slice {
 public:
  slice() noexcept = default;
  /// Takes over one reference that the caller already counted.
  slice(buffer& from, const std::uint8_t* data, std::uint32_t size) noexcept
      : buffer_(&from), data_(data), size_(size) {}
  slice(const slice& other) noexcept
      : buffer_(other.buffer_), data_(other.data_), size_(other.size_) {
    if (buffer_ != nullptr) ++buffer_->references;
  }
  slice(slice&& other) noexcept
      : buffer_(std::exchange(other.buffer_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  slice& operator=(slice other) noexcept {
    std::swap(buffer_, other.buffer_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~slice() {
    if (buffer_ != nullptr) release();
  }

  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_; }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] byte_view bytes() const noexcept { return {data_, size_}; }
  /// The whole block that this slice keeps alive: what it pins, in bytes.
  [[nodiscard]] std::uint32_t footprint() const noexcept {
    return buffer_ != nullptr ? buffer_->capacity : 0;
  }
  [[nodiscard]] const buffer* owner() const noexcept { return buffer_; }

  /// requires: count <= size().
  void remove_prefix(std::uint32_t count) noexcept {
    debug_check(count <= size_);
    data_ += count;
    size_ -= count;
  }
  void truncate(std::uint32_t size) noexcept {
    debug_check(size <= size_);
    size_ = size;
  }
  /// Lengthens the slice over bytes that its owner wrote right behind it.
  void extend(std::uint32_t count) noexcept {
    debug_check(data_ + size_ + count <= buffer_->bytes + buffer_->capacity);
    size_ += count;
  }
  /// requires: offset + size <= size(). returns: another reference to part of the same bytes.
  [[nodiscard]] slice part(std::uint32_t offset, std::uint32_t size) const noexcept {
    debug_check(offset <= size_ && size <= size_ - offset);
    slice copy(*this);
    copy.data_ += offset;
    copy.size_ = size;
    return copy;
  }

 private:
  void release() noexcept {
    debug_check(buffer_->references > 0, "slice released twice");
    if (--buffer_->references == 0) buffer_->home->recycle(*buffer_);
  }

  buffer* buffer_ = nullptr;
  const std::uint8_t* data_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace wirebird
