#pragma once

#include "dataplane/base/check.hh"

#include <cstddef>
#include <memory>
#include <utility>

namespace wirebird {

/// A first-in first-out queue in one circular array that doubles when full and gives its memory
/// back when asked; empty queues own none. Indexed from the front. Amortised constant time; steady
/// traffic does not allocate.
template <typename T>
class ring_queue {
 public:
  ring_queue() noexcept = default;
  ring_queue(ring_queue&& other) noexcept
      : items_(std::move(other.items_)),
        capacity_(std::exchange(other.capacity_, 0)),
        first_(std::exchange(other.first_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  ring_queue& operator=(ring_queue&& other) noexcept {
    items_ = std::move(other.items_);
    capacity_ = std::exchange(other.capacity_, 0);
    first_ = std::exchange(other.first_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] T& operator[](std::size_t index) noexcept {
    debug_check(index < size_);
    return items_[(first_ + index) & (capacity_ - 1)];
  }
  [[nodiscard]] const T& operator[](std::size_t index) const noexcept {
    debug_check(index < size_);
    return items_[(first_ + index) & (capacity_ - 1)];
  }
  [[nodiscard]] T& front() noexcept { return (*this)[0]; }
  [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }
  [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }
  [[nodiscard]] const T& back() const noexcept { return (*this)[size_ - 1]; }

  void push_back(T item) {
    if (size_ == capacity_) grow();
    items_[(first_ + size_) & (capacity_ - 1)] = std::move(item);
    ++size_;
  }
  void pop_front() noexcept {
    debug_check(size_ > 0);
    items_[first_] = T{};
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
  }
  void pop_back() noexcept {
    debug_check(size_ > 0);
    --size_;
    items_[(first_ + size_) & (capacity_ - 1)] = T{};
  }
  void clear() noexcept {
    while (!empty()) pop_front();
  }
  /// Gives the array back when nothing is queued and it has more than `slots` places.
  void shrink_if_empty_above(std::size_t slots) noexcept {
    if (size_ != 0 || capacity_ <= slots) return;
    items_.reset();
    capacity_ = 0;
    first_ = 0;
  }

 private:
  void grow() {
    const std::size_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
    auto items = std::make_unique<T[]>(capacity);
    for (std::size_t i = 0; i < size_; ++i) items[i] = std::move((*this)[i]);
    items_ = std::move(items);
    capacity_ = capacity;
    first_ = 0;
  }

  std::unique_ptr<T[]> items_;
  std::size_t capacity_ = 0;  // a power of two, or 0
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace wirebird
