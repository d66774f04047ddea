#pragma once

#include "dataplane/base/check.hh"
#include "dataplane/base/frame.hh"
#include "dataplane/base/spsc_ring.hh"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace wirebird::steering {

/// Frames from one worker to one other, and back: the other one copies what it gets into a frame of
/// its own pool and returns the original, so each pool stays its own worker's and what a connection
/// keeps for long is never somebody else's. Bounded: so many frames may be out at once.
class frame_lane {
 public:
  static constexpr std::size_t frames_max = 512;  ///< sixteen bursts

  // The worker that gives.
  /// returns: false when frames_max are out; the frame stays the caller's.
  [[nodiscard]] bool give(frame& one) noexcept {
    if (out_ == frames_max) take_back();
    if (out_ == frames_max) return false;
    check(there_.push(one.release()), "a lane holds all frames that may be out");
    ++out_;
    return true;
  }
  /// Frames that the other one has done with go home.
  void take_back() noexcept {
    frame_buffer* head = nullptr;
    while (out_ > 0 && back_.pop(head)) {
      --out_;
      const frame goes_home(*head);
    }
  }
  [[nodiscard]] std::size_t out() const noexcept { return out_; }

  // The worker that takes.
  [[nodiscard]] bool empty() noexcept { return there_.empty(); }
  /// Copies the oldest frame. requires: not empty; `into` is fresh from the taker's pool.
  void take(frame& into) noexcept {
    frame_buffer* head = nullptr;
    check(there_.pop(head));
    const byte_view bytes{head->bytes + head->offset, head->length};
    const auto size = std::min(head->length, into.tailroom());
    const mutable_bytes room = into.append(size);
    std::memcpy(room.data(), bytes.data(), size);
    into.marks() = head->marks;
    check(back_.push(head), "a lane holds all frames that may be out");
  }
  /// Returns the oldest frame unseen. requires: not empty.
  void refuse() noexcept {
    frame_buffer* head = nullptr;
    check(there_.pop(head) && back_.push(head));
  }

 private:
  spsc_ring<frame_buffer*, frames_max> there_;
  spsc_ring<frame_buffer*, frames_max> back_;
  std::size_t out_ = 0;  // the giver's
};

}  // namespace wirebird::steering
