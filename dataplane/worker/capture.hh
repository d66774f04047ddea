#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/bytes.hh"
#include "dataplane/base/counter.hh"
#include "dataplane/base/packet_queue.hh"
#include "dataplane/base/spsc_ring.hh"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wirebird::worker {

/// Which frames a capture wants. Nothing set: all of them.
struct capture_filter {
  std::optional<ip_address> address;  ///< IPv4, of either end
  std::uint16_t port = 0;             ///< TCP or UDP, of either end; 0: any

  /// `frame`: Ethernet. Of a fragment that is not the first there is no port.
  [[nodiscard]] bool wants(byte_view frame) const noexcept;
};

/// A frame as it passed, or its front.
struct captured_frame {
  static constexpr std::size_t kept_max = 1600;  ///< every frame that is not jumbo, whole

  std::int64_t at_ns = 0;    ///< the monotonic clock
  std::uint32_t length = 0;  ///< on the wire
  std::uint16_t kept = 0;    ///< of those, bytes here
  bool outbound = false;
  std::array<std::uint8_t, kept_max> bytes{};
};

/// One capture of one worker's frames: made and read by the main thread, filled by the worker. A
/// full ring loses frames of the capture, never of the traffic, and counts them.
struct capture {
  explicit capture(const capture_filter& wanted) noexcept : filter(wanted) {}
  const capture_filter filter;
  spsc_ring<captured_frame, 1024> frames;
  counter lost;
};

/// A queue of a port that can be looked into while it runs. Costs one comparison per burst while
/// nobody looks. The worker's thread, but for the two doors named.
class capture_queue final : public packet_queue {
 public:
  /// `real` outlives this.
  explicit capture_queue(packet_queue& real) noexcept : real_(real) {}

  /// Main thread: begins to fill `into`; null: ends. What was given before stays in use until
  /// is_done_with().
  void look(capture* into) noexcept { wanted_.store(into, std::memory_order_release); }
  /// Main thread: the worker fills something else by now, or nothing.
  [[nodiscard]] bool is_done_with(const capture* old) const noexcept {
    return seen_.load(std::memory_order_acquire) != old;
  }

  // packet_queue
  [[nodiscard]] std::size_t receive(std::span<frame> into) noexcept override;
  [[nodiscard]] std::size_t send(std::span<frame> from) noexcept override;
  [[nodiscard]] frame_pool& frames() noexcept override { return real_.frames(); }
  [[nodiscard]] mac_address mac() const noexcept override { return real_.mac(); }
  [[nodiscard]] const port_capabilities& capabilities() const noexcept override {
    return real_.capabilities();
  }
  void wait(duration longest) noexcept override { real_.wait(longest); }
  void wake() noexcept override { real_.wake(); }
  [[nodiscard]] bool has_moved() const noexcept override { return real_.has_moved(); }
  [[nodiscard]] bool give_back() noexcept override { return real_.give_back(); }

 private:
  [[nodiscard]] std::size_t send_and_keep(std::span<frame> from) noexcept;

  packet_queue& real_;
  std::atomic<capture*> wanted_{nullptr};
  std::atomic<capture*> seen_{nullptr};
  capture* into_ = nullptr;  ///< what the worker fills
};

}  // namespace wirebird::worker
