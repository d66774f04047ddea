#pragma once

#include "dataplane/base/check.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace wirebird::broker {

/// Finds objects by hash: open addressing with linear probing, 16 bytes per slot, at most three
/// quarters full; erasing closes the gap, so nothing ages. Owns none of its objects and no memory
/// while empty. Constant time, except that growing and shrinking move every slot. One worker.
template <typename T>
class hash_index {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// returns: the object with this hash for which `is_it(const T&)` holds, or null.
  template <typename Predicate>
  [[nodiscard]] T* find(std::uint64_t hash, Predicate&& is_it) const noexcept {
    if (size_ == 0) return nullptr;
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::size_t at = tag & mask(); slots_[at].item != nullptr; at = (at + 1) & mask())
      if (slots_[at].tag == tag && is_it(std::as_const(*slots_[at].item))) return slots_[at].item;
    return nullptr;
  }

  /// requires: the object is not in it.
  void insert(std::uint64_t hash, T& item) {
    if (4 * (size_ + 1) > 3 * capacity_) resize(capacity_ == 0 ? 4 : 2 * capacity_);
    put({&item, static_cast<std::uint32_t>(hash)});
    ++size_;
  }

  /// requires: the object is in it under this hash.
  void erase(std::uint64_t hash, const T& item) {
    std::size_t hole = static_cast<std::uint32_t>(hash) & mask();
    while (slots_[hole].item != &item) {
      debug_check(slots_[hole].item != nullptr, "erased what is not indexed");
      hole = (hole + 1) & mask();
    }
    for (std::size_t at = (hole + 1) & mask(); slots_[at].item != nullptr; at = (at + 1) & mask()) {
      const std::size_t home = slots_[at].tag & mask();
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;  // would leave its home behind
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
    --size_;
    if (size_ == 0) {
      slots_.reset();
      capacity_ = 0;
    } else if (8 * size_ < capacity_ && capacity_ > capacity_kept) {
      resize(capacity_ / 2);
    }
  }

  /// Calls `visit(T&)` for every object. requires: no change meanwhile.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (std::size_t at = 0; at < capacity_; ++at)
      if (slots_[at].item != nullptr) visit(*slots_[at].item);
  }

  /// Any object, searched from `cursor` on, which moves along: taking objects out one by one
  /// reads each slot about once. requires: size() > 0.
  [[nodiscard]] T& any(std::size_t& cursor) const noexcept {
    cursor &= mask();
    while (slots_[cursor].item == nullptr) cursor = (cursor + 1) & mask();
    return *slots_[cursor].item;
  }

 private:
  static constexpr std::size_t capacity_kept = 64;  ///< not worth shrinking

  struct slot {
    T* item = nullptr;
    std::uint32_t tag = 0;
  };

  [[nodiscard]] std::size_t mask() const noexcept { return capacity_ - 1; }

  void put(slot entry) noexcept {
    std::size_t at = entry.tag & mask();
    while (slots_[at].item != nullptr) at = (at + 1) & mask();
    slots_[at] = entry;
  }

  void resize(std::size_t capacity) {
    const auto before = std::exchange(slots_, std::make_unique<slot[]>(capacity));
    const std::size_t slots_before = std::exchange(capacity_, capacity);
    for (std::size_t i = 0; i < slots_before; ++i)
      if (before[i].item != nullptr) put(before[i]);
  }

  std::unique_ptr<slot[]> slots_;
  std::size_t capacity_ = 0;  // a power of two, or 0
  std::size_t size_ = 0;
};

}  // namespace wirebird::broker
