#pragma once

#include "dataplane/base/buffer.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wirebird {

/// One worker's memory for final bytes and payloads: blocks of 2 KiB to 64 KiB in powers of two.
///
/// The address range is reserved at construction and its pages are touched only when first used, so
/// the limit costs nothing until traffic needs it. A 64 KiB page serves one block size at a time
/// and becomes free for any other when all its blocks are back, so a burst of one size does not
/// starve the others later. take() and recycle() are a push and a pop. Every block must be back
/// before the arena ends. Single-threaded.
class arena final : public buffer_home {
 public:
  static constexpr std::uint32_t block_bytes_min = 2 * 1024;
  static constexpr std::uint32_t block_bytes_max = 64 * 1024;

  /// `limit_bytes`: what all blocks together may hold; rounded up to whole 64 KiB pages. Aborts
  /// when the address range cannot be had (start-up only).
  explicit arena(std::size_t limit_bytes);
  ~arena();
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// requires: 0 < size <= block_bytes_max. returns: a block of at least `size` bytes with one
  /// reference counted for the caller, or null when the limit is reached.
  [[nodiscard]] buffer* take(std::uint32_t size) noexcept;
  void recycle(buffer&) noexcept override;

  [[nodiscard]] std::size_t limit_bytes() const noexcept { return pages_.size() * page_bytes; }
  /// Bytes of all blocks in use, whole blocks counted.
  [[nodiscard]] std::size_t used_bytes() const noexcept { return used_bytes_; }
  [[nodiscard]] std::size_t blocks_in_use() const noexcept { return blocks_in_use_; }

 private:
  static constexpr std::size_t page_bytes = block_bytes_max;
  static constexpr std::size_t classes = 6;  // 2, 4, 8, 16, 32, 64 KiB
  static constexpr std::size_t blocks_per_page_max = page_bytes / block_bytes_min;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  /// One 64 KiB page: which class it serves and which of its blocks are free.
  struct page {
    std::uint32_t free_blocks = 0;  ///< bit per block
    std::uint32_t next = none;      ///< in the list of its class, or in the list of free pages
    std::uint32_t previous = none;
    std::uint8_t size_class = 0;
    bool listed = false;  ///< in a class's list of pages with a free block
  };

  [[nodiscard]] static std::size_t class_of(std::uint32_t size) noexcept;
  [[nodiscard]] static std::uint32_t bytes_of(std::size_t size_class) noexcept;
  [[nodiscard]] static std::uint32_t all_blocks(std::size_t size_class) noexcept;
  [[nodiscard]] std::uint32_t page_with_room(std::size_t size_class) noexcept;
  /// returns: a page that serves no class, taken from a class that keeps one spare if need be.
  [[nodiscard]] std::uint32_t free_page() noexcept;
  void link(std::uint32_t index) noexcept;
  void unlink(std::uint32_t index) noexcept;

  std::vector<page> pages_;
  std::array<std::uint32_t, classes> partial_{};  ///< pages with a free block, a list per class
  std::array<std::uint32_t, classes> spare_{};    ///< page kept by a class though all is back
  std::uint32_t free_pages_ = none;               ///< pages that serve no class, linked by next
  std::uint32_t untouched_ = 0;                   ///< pages from here on were never used
  buffer* heads_ = nullptr;                       ///< blocks_per_page_max for every page
  std::uint8_t* memory_ = nullptr;
  std::size_t used_bytes_ = 0;
  std::size_t blocks_in_use_ = 0;
};

}  // namespace wirebird
