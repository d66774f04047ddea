#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/memory_shares.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wirebird::broker {

class session;
struct starved_tag;
struct half_tag;

/// Who may gather a message from pieces when the arena runs short, and who waits.
///
/// Half-received messages hold memory and want more, so all of them together could fill what there
/// is for them with none complete. Therefore the last `reserve` bytes are for one of them at a
/// time, the finisher, until its message is complete. Everybody else stops reading, so the peer's
/// window closes, and tries again every retry_time. Replies to a client's operations and split
/// control lines wait the same way; nothing of them is lost.
///
/// While anybody waits, whoever has held half a message or half a line for longer than half_time
/// while it could read is closed, the oldest first: memory does not belong to peers that do not
/// deliver. One worker.
class memory_rules final : public timer {
 public:
  static constexpr duration retry_time = std::chrono::milliseconds(5);
  static constexpr duration half_time = std::chrono::seconds(5);
  static constexpr std::size_t retries_per_turn = 64;
  static constexpr std::size_t looked_at_per_turn = 256;  ///< of those that hold half of something

  /// `message_bytes_max`: the largest payload.
  memory_rules(arena&, timer_wheel&, std::uint32_t message_bytes_max) noexcept;

  /// From now on.
  void set_message_bytes_max(std::uint32_t) noexcept;

  /// Whether this session may take a block for the message that it gathers; it may become the
  /// finisher.
  [[nodiscard]] bool may_gather(session&) noexcept;
  /// The session took a block of `bytes` for a message, or for a line, that has arrived in part.
  void on_grown(session&, std::size_t bytes, instant now) noexcept;
  void on_line(session&, std::size_t bytes, instant now) noexcept;
  /// The session's message, or line, is complete or given up; its blocks were so large.
  void on_whole_message(session&, std::size_t bytes) noexcept;
  void on_whole_line(session&, std::size_t bytes) noexcept;
  /// Its time to deliver begins anew: until now it was not read.
  void on_resumed(session&, instant now) noexcept;
  /// The session is closed: it waits for nothing any more.
  void forget(session&) noexcept;
  /// Has on_memory() called soon. requires: the session has stopped reading.
  void wait(session&, instant now) noexcept;
  [[nodiscard]] std::size_t reserve_bytes() const noexcept { return reserve_bytes_; }

  /// Split control lines have reached their share.
  [[nodiscard]] bool lines_are_full() const noexcept { return line_bytes_ >= shares_.lines; }
  /// The output of all clients has reached its share, or one message may pass it.
  [[nodiscard]] bool output_is_full() const noexcept {
    return output_bytes() + margin_bytes_ > shares_.output;
  }
  /// Memory of all clients' output, and of bytes received that wait unread.
  [[nodiscard]] std::size_t output_bytes() const noexcept {
    return memory_.used_bytes() - message_bytes_ - line_bytes_;
  }
  [[nodiscard]] std::size_t message_bytes() const noexcept { return message_bytes_; }
  [[nodiscard]] std::size_t line_bytes() const noexcept { return line_bytes_; }
  [[nodiscard]] const memory_shares& shares() const noexcept { return shares_; }

 private:
  void on_timer(instant now) override;
  void close_oldest_halves(instant now);
  void on_half(session&, instant now) noexcept;
  void on_whole(session&) noexcept;

  arena& memory_;
  timer_wheel& timers_;
  memory_shares shares_;
  std::size_t reserve_bytes_ = 0;
  std::size_t margin_bytes_ = 0;
  std::size_t message_bytes_ = 0;  ///< of half messages
  std::size_t line_bytes_ = 0;     ///< of half lines
  intrusive_list<session, starved_tag> waiting_;
  intrusive_list<session, half_tag> halves_;  ///< who could deliver for longest first
  session* finisher_ = nullptr;
};

}  // namespace wirebird::broker
