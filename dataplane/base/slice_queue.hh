#pragma once

#include "dataplane/base/buffer.hh"
#include "dataplane/base/ring_queue.hh"

#include <cstddef>
#include <utility>

namespace wirebird {

/// Bytes of a stream that wait to be read, in order, as the slices they arrived in. One worker.
class slice_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  /// Bytes queued.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t slices() const noexcept { return slices_.size(); }
  /// Memory kept alive, whole blocks counted for every slice.
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }

  /// The first run of bytes. requires: !empty().
  [[nodiscard]] const slice& front() const noexcept { return slices_.front(); }

  /// Empty slices are dropped.
  void push_back(slice piece) {
    if (piece.empty()) return;
    bytes_ += piece.size();
    footprint_ += piece.footprint();
    slices_.push_back(std::move(piece));
  }

  /// Removes `count` bytes from the front. requires: count <= size().
  void consume(std::size_t count) noexcept {
    debug_check(count <= bytes_);
    bytes_ -= count;
    while (count > 0) {
      slice& first = slices_.front();
      if (count < first.size()) {
        first.remove_prefix(static_cast<std::uint32_t>(count));
        return;
      }
      count -= first.size();
      footprint_ -= first.footprint();
      slices_.pop_front();
    }
    slices_.shrink_if_empty_above(idle_slots_max);
  }

  void clear() noexcept {
    slices_.clear();
    bytes_ = 0;
    footprint_ = 0;
    slices_.shrink_if_empty_above(0);
  }

 private:
  /// An array of this many entries is kept by a drained queue; a larger one goes back.
  static constexpr std::size_t idle_slots_max = 64;

  ring_queue<slice> slices_;
  std::size_t bytes_ = 0;
  std::size_t footprint_ = 0;
};

}  // namespace wirebird
