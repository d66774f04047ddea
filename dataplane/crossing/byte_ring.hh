#pragma once

#include "dataplane/base/bytes.hh"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wirebird::crossing {

/// A bounded queue of records of any size from one thread to one other: neither side ever waits. A
/// record lies in one piece, aligned to 8 bytes, and is read where it lies. The consumer's position
/// tells the producer which records have been dealt with, so an acknowledgement costs nothing.
///
/// Positions count bytes since the beginning and never go back. Each side keeps a copy of the
/// other's position and looks again only when the ring seems full or empty, and tells its own when
/// it likes: two cores that pass positions to and fro with every record spend most of their time on
/// that.
class byte_ring {
 public:
  /// `bytes`: a power of two, at least 64.
  explicit byte_ring(std::size_t bytes);
  byte_ring(const byte_ring&) = delete;
  byte_ring& operator=(const byte_ring&) = delete;

  /// The longest record: what always fits once everything before has been taken.
  [[nodiscard]] std::size_t record_bytes_max() const noexcept { return capacity_ / 2 - head_bytes; }

  // Producer.
  /// requires: 0 < size <= record_bytes_max(). returns: room for a record, or an empty span when
  /// there is none now. Void after any other call.
  [[nodiscard]] mutable_bytes reserve(std::size_t size) noexcept;
  /// The record is whole. requires: a reserve() that gave room just before.
  void commit() noexcept;
  /// Hands over all records that are whole.
  void publish() noexcept { tail_.store(tail_here_, std::memory_order_release); }
  /// End of the last record that is whole.
  [[nodiscard]] std::uint64_t produced() const noexcept { return tail_here_; }
  /// Everything in front of this has been dealt with.
  [[nodiscard]] std::uint64_t consumed() const noexcept {
    return head_.load(std::memory_order_acquire);
  }

  // Consumer.
  /// returns: the oldest record, or an empty span when there is none. Stays valid until pop().
  [[nodiscard]] byte_view front() noexcept;
  /// requires: front() gave a record.
  void pop() noexcept;
  /// Tells the producer that all records popped so far have been dealt with.
  void acknowledge() noexcept { head_.store(head_here_, std::memory_order_release); }
  /// End of the last record that has arrived...
  [[nodiscard]] std::uint64_t arrived() const noexcept {
    return tail_.load(std::memory_order_acquire);
  }
  /// ...and of the last that was popped.
  [[nodiscard]] std::uint64_t taken() const noexcept { return head_here_; }

 private:
  static constexpr std::size_t line = 64;
  static constexpr std::size_t head_bytes = 8;  ///< size of the record, and whether it is padding
  static constexpr std::uint32_t padding = ~std::uint32_t{0};

  [[nodiscard]] std::size_t offset(std::uint64_t position) const noexcept {
    return static_cast<std::size_t>(position) & (capacity_ - 1);
  }
  void write_head(std::uint64_t position, std::uint32_t size, std::uint32_t kind) noexcept;

  std::size_t capacity_;
  std::unique_ptr<std::uint64_t[]> memory_;  ///< words, so that records are aligned
  std::uint8_t* bytes_;
  alignas(line) std::atomic<std::uint64_t> tail_{0};
  std::uint64_t tail_here_ = 0;     // the producer's
  std::uint64_t reserved_end_ = 0;  // the producer's
  std::uint64_t head_seen_ = 0;     // the producer's
  alignas(line) std::atomic<std::uint64_t> head_{0};
  std::uint64_t head_here_ = 0;  // the consumer's
  std::uint64_t tail_seen_ = 0;  // the consumer's
};

}  // namespace wirebird::crossing
