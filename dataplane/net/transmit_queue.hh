#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/net/limits.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace wirebird::net {

/// Frames on their way to the port, in order: a fixed ring of transmit_frames_max. Owns the frames.
/// One worker; constant time per frame.
class transmit_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }
  [[nodiscard]] std::size_t room() const noexcept { return transmit_frames_max - size(); }

  /// requires: room() > 0.
  void push(frame&& packet) noexcept { frames_[tail_++ & mask] = std::move(packet); }

  /// Offers everything to the port, oldest first, until it takes less than offered.
  /// returns: frames taken; the rest stays queued.
  std::size_t flush_into(packet_queue& port) noexcept {
    std::size_t sent = 0;
    while (!empty()) {
      const std::size_t first = head_ & mask;
      const std::size_t run = std::min(size(), transmit_frames_max - first);
      const std::size_t taken = port.send(std::span(frames_).subspan(first, run));
      head_ += taken;
      sent += taken;
      if (taken < run) break;
    }
    return sent;
  }

 private:
  static constexpr std::size_t mask = transmit_frames_max - 1;

  std::array<frame, transmit_frames_max> frames_{};
  std::size_t head_ = 0;  // counts for ever; the ring place is what the mask leaves
  std::size_t tail_ = 0;
};

}  // namespace wirebird::net
