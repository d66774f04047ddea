#pragma once

#include <cstdint>

namespace wirebird::tcp {

/// How much one connection may have in flight: told what happens, asked for window(). Which
/// segment to send is not its business (that is recovery). Bytes throughout.
class congestion {
 public:
  /// cwnd (RFC 5681 2): compared with the bytes in flight.
  [[nodiscard]] virtual std::uint32_t window() const noexcept = 0;
  /// The payload of a full segment changed (path MTU): what is counted in segments follows, the
  /// window stays.
  virtual void set_mss(std::uint32_t mss) noexcept = 0;
  /// `acked` new bytes were acknowledged outside of fast recovery. `limited`: the window was what
  /// held the sender back; else it does not grow (RFC 9293 3.8.2, RFC 7661 3).
  virtual void on_ack(std::uint32_t acked, bool limited) noexcept = 0;
  /// Duplicate ACKs showed a loss; fast recovery begins with `flight` bytes outstanding.
  virtual void on_loss(std::uint32_t flight) noexcept = 0;
  /// One more duplicate ACK in fast recovery: a segment has left the network.
  virtual void on_duplicate_ack() noexcept = 0;
  /// A partial ACK in fast recovery (RFC 6582 3.2 step 3).
  virtual void on_partial_ack(std::uint32_t acked) noexcept = 0;
  /// Fast recovery is over; `flight` bytes are still outstanding.
  virtual void on_recovered(std::uint32_t flight) noexcept = 0;
  /// The retransmission timer expired; `again`: for data that it had expired for before.
  virtual void on_timeout(std::uint32_t flight, bool again) noexcept = 0;
  /// Nothing was sent for longer than the timeout (RFC 5681 4.1).
  virtual void on_idle() noexcept = 0;

 protected:
  ~congestion() = default;
};

}  // namespace wirebird::tcp
