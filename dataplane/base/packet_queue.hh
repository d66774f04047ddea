#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/frame.hh"
#include "dataplane/base/time.hh"

#include <cstddef>
#include <span>

namespace wirebird {

/// What a port's hardware or driver does for us; what it does not, net and tcp do in software.
struct port_capabilities {
  bool verifies_checksums = false;  ///< receive side
  bool fills_checksums = false;     ///< transmit side
  bool segments_tcp = false;        ///< TSO
  std::uint32_t mtu = 1500;         ///< largest IP packet, bytes
};

/// One worker's queue pair of a port: the only thing a worker knows of a NIC. Implemented over DPDK
/// by `port`, in memory by the simulator. All calls from the owning worker's thread; none waits.
class packet_queue {
 public:
  virtual ~packet_queue() = default;
  /// Fills `into` from its front with received frames. returns: how many.
  [[nodiscard]] virtual std::size_t receive(std::span<frame> into) noexcept = 0;
  /// Takes frames from the front of `from` (they become empty handles). returns: how many; the rest
  /// stays the caller's.
  [[nodiscard]] virtual std::size_t send(std::span<frame> from) noexcept = 0;
  [[nodiscard]] virtual frame_pool& frames() noexcept = 0;
  [[nodiscard]] virtual mac_address mac() const noexcept = 0;
  [[nodiscard]] virtual const port_capabilities& capabilities() const noexcept = 0;
  /// Sleeps until a frame may have arrived or `longest` has passed; may return early.
  /// Before that, drivers give back the frames that they have sent. For the adaptive idle strategy
  /// and for taking stock.
  virtual void wait(duration longest) noexcept = 0;
  /// Any thread: ends the present wait(), or the next one.
  virtual void wake() noexcept = 0;
  /// Whether the last receive() did, or left, work that its result does not show.
  [[nodiscard]] virtual bool has_moved() const noexcept = 0;
  /// At the end, again and again: gives other workers their frames back. returns: whether all of
  /// this one's are back.
  [[nodiscard]] virtual bool give_back() noexcept = 0;
};

/// A queue that has to do with no other worker's: nothing wakes it, and it owes nobody a frame.
/// What stands before another queue is no such, and has to pass everything on.
class lone_queue : public packet_queue {
 public:
  void wake() noexcept override {}
  [[nodiscard]] bool has_moved() const noexcept override { return false; }
  [[nodiscard]] bool give_back() noexcept override { return true; }
};

/// Frames per burst: the compromise between batching and latency that DPDK's own examples use.
inline constexpr std::size_t burst_frames = 32;

}  // namespace wirebird
