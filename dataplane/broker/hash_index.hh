#pragma once

#include "dataplane/base/check.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace wirebird::broker {

/// Finds objects by hash: open addressing with linear probing, 16 bytes per slot, at most three
/// quarters full; erasing closes the gap, so nothing ages. Owns none of its objects and no memory
/// while empty. One worker.
///
/// Grows by extendible hashing (Fagin and others 1979): a directory, indexed by the first bits of
/// the hash, names segments of at most segment_slots; a full one is split in two. So no operation
/// moves more than one segment's slots (about 20 us), whatever the number of objects.
template <typename T>
class hash_index {
 public:
  static constexpr std::uint32_t segment_slots = 4096;

  hash_index() noexcept = default;
  ~hash_index() { clear(); }
  hash_index(const hash_index&) = delete;
  hash_index& operator=(const hash_index&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// returns: the object with this hash for which `is_it(const T&)` holds, or null.
  template <typename Predicate>
  [[nodiscard]] T* find(std::uint64_t hash, Predicate&& is_it) const noexcept {
    if (size_ == 0) return nullptr;
    const auto tag = static_cast<std::uint32_t>(hash);
    const segment& in = segment_of(tag);
    if (in.size == 0) return nullptr;
    for (std::uint32_t at = tag & in.mask(); in.slots[at].item != nullptr;
         at = (at + 1) & in.mask())
      if (in.slots[at].tag == tag && is_it(std::as_const(*in.slots[at].item)))
        return in.slots[at].item;
    return nullptr;
  }

  /// requires: the object is not in it.
  void insert(std::uint64_t hash, T& item) {
    const auto tag = static_cast<std::uint32_t>(hash);
    segment* into = &segment_of(tag);
    while (4 * (into->size + 1) > 3 * into->capacity) {
      ++layout_;
      if (into->capacity < segment_slots || into->depth == depth_max) {
        into->resize(into->capacity == 0 ? 4 : 2 * into->capacity);
      } else {
        split(directory_index(tag));
        into = &segment_of(tag);
      }
    }
    into->put({&item, tag});
    ++size_;
  }

  /// requires: the object is in it under this hash.
  void erase(std::uint64_t hash, const T& item) {
    const auto tag = static_cast<std::uint32_t>(hash);
    segment& from = segment_of(tag);
    from.erase(tag, item);
    --size_;
    if (size_ == 0) {
      clear();
    } else if (8 * from.size < from.capacity && from.capacity > capacity_kept) {
      ++layout_;
      if (depth_ > 0)
        merge(directory_index(tag));
      else
        from.resize(from.capacity / 2);
    }
  }

  /// Calls `visit(T&)` for every object. requires: no change meanwhile.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    if (depth_ == 0) first_.for_each(visit);
    for (std::size_t i = 0; i < directory_.size(); i += entries_of(i, directory_[i]->depth).count)
      directory_[i]->for_each(visit);
  }
  /// Calls `visit(const T&)` for the objects in up to `slots` slots from `cursor` on. A walk starts
  /// with 0, goes on with what is returned, and begins anew when layout() has changed; it meets
  /// every object that stays, but for those that erasing moves behind it. returns: the next cursor,
  /// 0 at the end.
  template <typename Visitor>
  [[nodiscard]] std::size_t visit_some(std::size_t cursor, std::size_t slots,
                                       Visitor&& visit) const {
    const std::size_t end = cursor + slots;
    const std::size_t all = std::size_t{segment_slots} << depth_;
    while (cursor < end && cursor < all) {
      const std::size_t index = cursor / segment_slots;
      const std::size_t at = cursor % segment_slots;
      const segment& in = depth_ == 0 ? first_ : *directory_[index];
      if (at >= in.capacity || entries_of(index, in.depth).begin != index) {
        cursor = (index + 1) * segment_slots;
        continue;
      }
      if (in.slots[at].item != nullptr) visit(std::as_const(*in.slots[at].item));
      ++cursor;
    }
    return cursor < all ? cursor : 0;
  }
  /// Changes when it grows or shrinks.
  [[nodiscard]] std::uint32_t layout() const noexcept { return layout_; }

  /// Any object, searched from `cursor` on, which moves along: taking objects out one by one
  /// reads each slot about once. requires: size() > 0.
  [[nodiscard]] T& any(std::size_t& cursor) const noexcept {
    for (;;) {
      const std::size_t index = cursor / segment_slots & ((std::size_t{1} << depth_) - 1);
      const segment& in = depth_ == 0 ? first_ : *directory_[index];
      if (in.size > 0)
        for (std::size_t at = cursor % segment_slots; at < in.capacity; ++at) {
          if (in.slots[at].item == nullptr) continue;
          cursor = index * segment_slots + at;
          return *in.slots[at].item;
        }
      cursor = (index + 1) * segment_slots;
    }
  }

 private:
  static constexpr std::uint32_t capacity_kept = 64;  ///< not worth shrinking
  /// The directory's bits and the segments' leave a tag's bits to both; beyond, segments grow.
  static constexpr unsigned depth_max = 20;

  struct slot {
    T* item = nullptr;
    std::uint32_t tag = 0;
  };

  /// All objects whose tags begin with the same `depth` bits.
  struct segment {
    std::unique_ptr<slot[]> slots;
    std::uint32_t capacity = 0;  ///< a power of two, or 0
    std::uint32_t size = 0;
    unsigned depth = 0;

    [[nodiscard]] std::uint32_t mask() const noexcept { return capacity - 1; }

    void put(slot entry) noexcept {
      std::uint32_t at = entry.tag & mask();
      while (slots[at].item != nullptr) at = (at + 1) & mask();
      slots[at] = entry;
      ++size;
    }
    template <typename Visitor>
    void for_each(Visitor&& visit) const {
      for (std::uint32_t i = 0; i < capacity; ++i)
        if (slots[i].item != nullptr) visit(*slots[i].item);
    }
    void put_all(const segment& from) noexcept {
      for (std::uint32_t i = 0; i < from.capacity; ++i)
        if (from.slots[i].item != nullptr) put(from.slots[i]);
    }
    void resize(std::uint32_t wanted) {
      segment grown = make(wanted, depth);
      grown.put_all(*this);
      *this = std::move(grown);
    }
    void erase(std::uint32_t tag, const T& item) noexcept {
      std::uint32_t hole = tag & mask();
      while (slots[hole].item != &item) {
        debug_check(slots[hole].item != nullptr, "erased what is not indexed");
        hole = (hole + 1) & mask();
      }
      for (std::uint32_t at = (hole + 1) & mask(); slots[at].item != nullptr;
           at = (at + 1) & mask()) {
        const std::uint32_t home = slots[at].tag & mask();
        if (((at - home) & mask()) < ((at - hole) & mask())) continue;  // would leave its home
        slots[hole] = slots[at];
        hole = at;
      }
      slots[hole] = {};
      --size;
    }
  };

  [[nodiscard]] static segment make(std::uint32_t capacity, unsigned depth) {
    return {std::make_unique<slot[]>(capacity), capacity, 0, depth};
  }

  [[nodiscard]] std::size_t directory_index(std::uint32_t tag) const noexcept {
    return static_cast<std::size_t>(std::uint64_t{tag} << depth_ >> 32);
  }
  [[nodiscard]] const segment& segment_of(std::uint32_t tag) const noexcept {
    return depth_ == 0 ? first_ : *directory_[directory_index(tag)];
  }
  [[nodiscard]] segment& segment_of(std::uint32_t tag) noexcept {
    return const_cast<segment&>(std::as_const(*this).segment_of(tag));
  }

  /// The directory's entries that name the segment of entry `index`: they lie side by side.
  struct range {
    std::size_t begin;
    std::size_t count;
  };
  [[nodiscard]] range entries_of(std::size_t index, unsigned depth) const noexcept {
    const std::size_t count = std::size_t{1} << (depth_ - depth);
    return {index & ~(count - 1), count};
  }
  void name(range entries, segment* named) noexcept {
    for (std::size_t i = 0; i < entries.count; ++i) directory_[entries.begin + i] = named;
  }

  void double_directory() {
    std::vector<segment*> wider(std::size_t{2} << depth_);
    segment* const only = depth_ == 0 ? new segment(std::exchange(first_, {})) : nullptr;
    for (std::size_t i = 0; i < wider.size(); ++i)
      wider[i] = depth_ == 0 ? only : directory_[i / 2];
    directory_ = std::move(wider);
    ++depth_;
    deepest_ = 0;
  }

  void split(std::size_t index) {
    if (segment_at(index).depth == depth_) {
      double_directory();
      index *= 2;
    }
    segment& whole = segment_at(index);
    const range entries = entries_of(index, whole.depth);
    const range upper{entries.begin + entries.count / 2, entries.count / 2};
    auto half = std::make_unique<segment>(make(segment_slots, whole.depth + 1));
    segment rest = make(segment_slots, whole.depth + 1);
    for (std::uint32_t i = 0; i < whole.capacity; ++i) {
      const slot& moved = whole.slots[i];
      if (moved.item == nullptr) continue;
      const bool is_upper = directory_index(moved.tag) >= upper.begin;
      (is_upper ? *half : rest).put(moved);
    }
    whole = std::move(rest);
    name(upper, half.release());
    if (whole.depth == depth_) deepest_ += 2;
  }

  /// Joins a sparse segment with its other half, if that is sparse too and as deep.
  void merge(std::size_t index) {
    segment& one = segment_at(index);
    const range entries = entries_of(index, one.depth);
    const std::size_t begin = entries.begin ^ entries.count;
    segment& other = segment_at(begin);
    if (other.depth != one.depth || one.size + other.size > segment_slots / 4) return;
    if (one.depth == depth_) deepest_ -= 2;
    one.resize(segment_slots);  // it may have grown beyond
    one.put_all(other);
    --one.depth;
    name({begin, entries.count}, &one);
    delete &other;
    if (deepest_ == 0) halve_directory();
  }

  void halve_directory() {
    --depth_;
    if (depth_ == 0) {
      const std::unique_ptr<segment> last(directory_.front());
      first_ = std::move(*last);
      directory_ = {};
      return;
    }
    std::vector<segment*> narrower(std::size_t{1} << depth_);
    for (std::size_t i = 0; i < narrower.size(); ++i) narrower[i] = directory_[2 * i];
    directory_ = std::move(narrower);
    for (std::size_t i = 0; i < directory_.size(); ++i)
      if (directory_[i]->depth == depth_) ++deepest_;
  }

  void clear() noexcept {
    for (std::size_t i = 0; i < directory_.size();) {
      const std::unique_ptr<segment> last(directory_[i]);
      i += entries_of(i, last->depth).count;
    }
    directory_ = {};
    first_ = {};
    depth_ = 0;
    deepest_ = 0;
    ++layout_;
  }

  [[nodiscard]] segment& segment_at(std::size_t index) noexcept {
    return depth_ == 0 ? first_ : *directory_[index];
  }

  segment first_;                    ///< the only one while depth_ is 0
  std::vector<segment*> directory_;  ///< 2^depth_ entries; a segment has 2^(depth_ - its depth)
  unsigned depth_ = 0;
  std::uint32_t layout_ = 0;
  std::size_t deepest_ = 0;  ///< segments that are as deep as the directory
  std::size_t size_ = 0;
};

}  // namespace wirebird::broker
