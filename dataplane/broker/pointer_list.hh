#pragma once

#include "dataplane/base/check.hh"

#include <algorithm>
#include <cstdint>
#include <span>

namespace wirebird::broker {

/// An unordered list of objects in 16 bytes, without memory of its own for up to one: most subjects
/// have one subscription. Each object knows its position, so leaving is constant time. Owns none of
/// its objects. One worker.
template <typename T>
class pointer_list {
 public:
  pointer_list() noexcept : one_(nullptr) {}
  ~pointer_list() {
    if (capacity_ > 0) delete[] many_;
  }
  pointer_list(const pointer_list&) = delete;
  pointer_list& operator=(const pointer_list&) = delete;

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<T* const> items() const noexcept {
    return {capacity_ > 0 ? many_ : &one_, size_};
  }

  /// The object learns where it is: `item.position`.
  void add(T& item) {
    if (size_ == std::max<std::uint32_t>(capacity_, 1)) resize(size_ * 2);
    item.position = size_;
    data()[size_++] = &item;
  }

  /// requires: the object is in this list. The last object takes its place.
  void remove(T& item) {
    debug_check(item.position < size_ && data()[item.position] == &item);
    T* const last = data()[--size_];
    data()[item.position] = last;
    last->position = item.position;
    if (capacity_ > 0 && size_ <= capacity_ / 4) resize(size_ <= 1 ? 0 : capacity_ / 2);
  }

 private:
  [[nodiscard]] T** data() noexcept { return capacity_ > 0 ? many_ : &one_; }

  void resize(std::uint32_t capacity) {
    T** const before = data();
    T** const fresh = capacity > 0 ? new T*[capacity] : nullptr;
    T* const first = size_ > 0 ? before[0] : nullptr;
    if (fresh != nullptr) std::copy_n(before, size_, fresh);
    if (capacity_ > 0) delete[] many_;
    if (fresh != nullptr)
      many_ = fresh;
    else
      one_ = first;
    capacity_ = capacity;
  }

  union {
    T* one_;  // while capacity_ is 0
    T** many_;
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace wirebird::broker
