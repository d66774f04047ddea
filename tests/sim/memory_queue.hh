#pragma once

#include "dataplane/base/packet_queue.hh"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

namespace wirebird::testing {

/// A packet_queue without a wire: what a test puts in arrives, and what is sent is kept as bytes.
/// The pool must outlive it.
class memory_queue final : public lone_queue {
 public:
  explicit memory_queue(frame_pool& pool, mac_address mac, port_capabilities capabilities = {})
      : pool_(pool), mac_(mac), capabilities_(capabilities) {}

  /// A frame that receive() will hand out, in a frame of the pool. requires: the pool is not dry.
  void arrive(byte_view bytes, frame_marks marks = {}) { inbox_.push_back(make(bytes, marks)); }
  /// A frame with these bytes that has not been received yet.
  [[nodiscard]] frame make(byte_view bytes, frame_marks marks = {}) {
    frame packet = pool_.take();
    check(static_cast<bool>(packet), "a test needs a larger pool");
    const mutable_bytes into = packet.append(static_cast<std::uint32_t>(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), into.begin());
    packet.marks() = marks;
    return packet;
  }

  /// Everything sent since the last call, oldest first.
  [[nodiscard]] std::vector<std::vector<std::uint8_t>> take_sent() {
    return std::exchange(sent_, {});
  }
  /// Marks of what was sent, in the same order; never cleared.
  [[nodiscard]] const std::vector<frame_marks>& sent_marks() const { return sent_marks_; }
  /// How many more frames send() will take.
  void accept_only(std::size_t frames) { accepts_ = frames; }

  [[nodiscard]] std::size_t receive(std::span<frame> into) noexcept override {
    const std::size_t count = std::min(into.size(), inbox_.size());
    for (std::size_t i = 0; i < count; ++i) {
      into[i] = std::move(inbox_.front());
      inbox_.pop_front();
    }
    return count;
  }
  [[nodiscard]] std::size_t send(std::span<frame> from) noexcept override {
    const std::size_t count = std::min(from.size(), accepts_);
    for (frame& packet : from.first(count)) {
      sent_.emplace_back(packet.bytes().begin(), packet.bytes().end());
      sent_marks_.push_back(packet.marks());
      packet = frame();
    }
    accepts_ -= count;
    return count;
  }
  [[nodiscard]] frame_pool& frames() noexcept override { return pool_; }
  [[nodiscard]] mac_address mac() const noexcept override { return mac_; }
  [[nodiscard]] const port_capabilities& capabilities() const noexcept override {
    return capabilities_;
  }
  void wait(duration) noexcept override {}

 private:
  frame_pool& pool_;
  mac_address mac_;
  port_capabilities capabilities_;
  std::deque<frame> inbox_;
  std::vector<std::vector<std::uint8_t>> sent_;
  std::vector<frame_marks> sent_marks_;
  std::size_t accepts_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace wirebird::testing
