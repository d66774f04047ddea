#include "dataplane/base/arena.hh"

#include "dataplane/base/poison.hh"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace wirebird {

namespace {

/// Address space that the kernel backs with memory only where it is touched.
void* reserve(std::size_t bytes) noexcept {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  check(at != MAP_FAILED, "no address space for the arena");
  return at;
}

}  // namespace

arena::arena(std::size_t limit_bytes)
    : pages_(std::max<std::size_t>(1, (limit_bytes + page_bytes - 1) / page_bytes)) {
  partial_.fill(none);
  spare_.fill(none);
  heads_ = static_cast<buffer*>(reserve(pages_.size() * blocks_per_page_max * sizeof(buffer)));
  memory_ = static_cast<std::uint8_t*>(reserve(pages_.size() * page_bytes));
}

arena::~arena() {
  check(blocks_in_use_ == 0, "a block outlives its arena");
  unpoison(memory_, std::size_t{untouched_} * page_bytes);
  munmap(heads_, pages_.size() * blocks_per_page_max * sizeof(buffer));
  munmap(memory_, pages_.size() * page_bytes);
}

std::size_t arena::class_of(std::uint32_t size) noexcept {
  if (size <= block_bytes_min) return 0;
  return static_cast<std::size_t>(std::bit_width((size - 1) / block_bytes_min));
}

std::uint32_t arena::bytes_of(std::size_t size_class) noexcept {
  return block_bytes_min << size_class;
}

std::uint32_t arena::all_blocks(std::size_t size_class) noexcept {
  const auto count = page_bytes / bytes_of(size_class);
  return static_cast<std::uint32_t>((std::uint64_t{1} << count) - 1);
}

std::uint32_t arena::free_page() noexcept {
  if (free_pages_ != none) return std::exchange(free_pages_, pages_[free_pages_].next);
  if (untouched_ < pages_.size()) {
    poison(memory_ + untouched_ * page_bytes, page_bytes);
    return untouched_++;
  }
  for (std::uint32_t& spare : spare_) {
    if (spare == none) continue;
    unlink(spare);
    return std::exchange(spare, none);
  }
  return none;
}

std::uint32_t arena::page_with_room(std::size_t size_class) noexcept {
  if (partial_[size_class] != none) return partial_[size_class];
  const std::uint32_t index = free_page();
  if (index == none) return none;
  page& fresh = pages_[index];
  fresh.size_class = static_cast<std::uint8_t>(size_class);
  fresh.free_blocks = all_blocks(size_class);
  link(index);
  return index;
}

void arena::link(std::uint32_t index) noexcept {
  page& entry = pages_[index];
  std::uint32_t& first = partial_[entry.size_class];
  entry.previous = none;
  entry.next = first;
  if (first != none) pages_[first].previous = index;
  first = index;
  entry.listed = true;
}

void arena::unlink(std::uint32_t index) noexcept {
  page& entry = pages_[index];
  if (entry.previous != none)
    pages_[entry.previous].next = entry.next;
  else
    partial_[entry.size_class] = entry.next;
  if (entry.next != none) pages_[entry.next].previous = entry.previous;
  entry.listed = false;
}

buffer* arena::take(std::uint32_t size) noexcept {
  debug_check(size > 0 && size <= block_bytes_max);
  const std::size_t size_class = class_of(size);
  const std::uint32_t index = page_with_room(size_class);
  if (index == none) return nullptr;
  page& from = pages_[index];
  if (spare_[size_class] == index) spare_[size_class] = none;
  const auto block = static_cast<std::uint32_t>(std::countr_zero(from.free_blocks));
  from.free_blocks &= from.free_blocks - 1;
  if (from.free_blocks == 0) unlink(index);

  const std::uint32_t bytes = bytes_of(size_class);
  buffer* head = new (&heads_[index * blocks_per_page_max + block])
      buffer{memory_ + index * page_bytes + std::size_t{block} * bytes, bytes, 1, this};
  unpoison(head->bytes, bytes);
  used_bytes_ += bytes;
  ++blocks_in_use_;
  return head;
}

void arena::recycle(buffer& head) noexcept {
  const auto position = static_cast<std::size_t>(&head - heads_);
  const auto index = static_cast<std::uint32_t>(position / blocks_per_page_max);
  const auto block = static_cast<std::uint32_t>(position % blocks_per_page_max);
  page& home = pages_[index];
  debug_check((home.free_blocks >> block & 1) == 0, "block recycled twice");
  poison(head.bytes, head.capacity);
  used_bytes_ -= head.capacity;
  --blocks_in_use_;
  home.free_blocks |= std::uint32_t{1} << block;
  if (home.free_blocks == all_blocks(home.size_class)) {
    // The last page of a class stays its own until another class runs short, or a lone message
    // would move it back and forth.
    const bool only = home.listed && partial_[home.size_class] == index && home.next == none;
    if (only) {
      spare_[home.size_class] = index;
      return;
    }
    if (home.listed) unlink(index);
    home.next = free_pages_;
    free_pages_ = index;
  } else if (!home.listed) {
    link(index);
  }
}

}  // namespace wirebird
