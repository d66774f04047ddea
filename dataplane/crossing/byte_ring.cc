#include "dataplane/crossing/byte_ring.hh"

#include "dataplane/base/check.hh"

#include <cstring>

namespace wirebird::crossing {

namespace {

struct record_head {
  std::uint32_t size;  ///< of the record, without head and rounding
  std::uint32_t kind;  ///< 0, or padding up to the end of the ring
};

constexpr std::size_t rounded(std::size_t size) noexcept {
  return (size + 7) & ~std::size_t{7};
}

}  // namespace

byte_ring::byte_ring(std::size_t bytes)
    : capacity_(bytes),
      memory_(std::make_unique_for_overwrite<std::uint64_t[]>(bytes / 8)),
      bytes_(reinterpret_cast<std::uint8_t*>(memory_.get())) {
  check(bytes >= 64 && (bytes & (bytes - 1)) == 0, "a ring's size is a power of two");
  static_assert(sizeof(record_head) == head_bytes);
}

void byte_ring::write_head(std::uint64_t position, std::uint32_t size,
                           std::uint32_t kind) noexcept {
  const record_head head{size, kind};
  std::memcpy(bytes_ + offset(position), &head, sizeof head);
}

mutable_bytes byte_ring::reserve(std::size_t size) noexcept {
  debug_check(size > 0 && size <= record_bytes_max());
  const std::size_t needed = head_bytes + rounded(size);
  const std::size_t to_end = capacity_ - offset(tail_here_);
  const std::size_t skipped = needed > to_end ? to_end : 0;
  const std::uint64_t end = tail_here_ + skipped + needed;
  if (end - head_seen_ > capacity_) {
    head_seen_ = head_.load(std::memory_order_acquire);
    if (end - head_seen_ > capacity_) return {};
  }
  if (skipped > 0) write_head(tail_here_, 0, padding);
  const std::uint64_t begin = tail_here_ + skipped;
  write_head(begin, static_cast<std::uint32_t>(size), 0);
  reserved_end_ = end;
  return {bytes_ + offset(begin) + head_bytes, size};
}

void byte_ring::commit() noexcept {
  debug_check(reserved_end_ > tail_here_);
  tail_here_ = reserved_end_;
}

byte_view byte_ring::front() noexcept {
  if (head_here_ == tail_seen_) {
    tail_seen_ = tail_.load(std::memory_order_acquire);
    if (head_here_ == tail_seen_) return {};
  }
  record_head head;
  std::memcpy(&head, bytes_ + offset(head_here_), sizeof head);
  if (head.kind == padding) {
    // Not told to the producer: it comes with the record behind it.
    head_here_ += capacity_ - offset(head_here_);
    std::memcpy(&head, bytes_ + offset(head_here_), sizeof head);
  }
  return {bytes_ + offset(head_here_) + head_bytes, head.size};
}

void byte_ring::pop() noexcept {
  record_head head;
  std::memcpy(&head, bytes_ + offset(head_here_), sizeof head);
  head_here_ += head_bytes + rounded(head.size);
}

}  // namespace wirebird::crossing
