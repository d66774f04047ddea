#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wirebird::broker {

class session;
struct starved_tag;

/// Who may gather a message from pieces when the arena runs short, and who waits.
///
/// Half-received messages hold memory and want more, so all of them together could fill the arena
/// with none complete. Therefore the last `reserve` bytes are for one of them at a time, the
/// finisher, until its message is complete. A finisher whose peer does not deliver in time is
/// closed. Everybody else stops reading, so the peer's window closes, and tries again every
/// retry_time. Replies to a client's operations wait the same way; nothing of them is lost. One
/// worker.
class memory_rules final : public timer {
 public:
  static constexpr duration retry_time = std::chrono::milliseconds(5);
  static constexpr duration finisher_time = std::chrono::seconds(5);
  static constexpr std::size_t retries_per_turn = 64;

  /// `message_bytes_max`: the largest payload.
  memory_rules(arena&, timer_wheel&, std::uint32_t message_bytes_max) noexcept;

  /// Whether this session may take a block for the message that it gathers; it may become the
  /// finisher.
  [[nodiscard]] bool may_gather(session&, instant now) noexcept;
  /// The session's message is complete.
  void on_gathered(session&) noexcept;
  /// The session is closed: it waits for nothing any more.
  void forget(session&) noexcept;
  /// Has on_memory() called soon. requires: the session has stopped reading.
  void wait(session&, instant now) noexcept;
  [[nodiscard]] std::size_t reserve_bytes() const noexcept { return reserve_bytes_; }

 private:
  void on_timer(instant now) override;

  arena& memory_;
  timer_wheel& timers_;
  std::size_t reserve_bytes_;
  intrusive_list<session, starved_tag> waiting_;
  session* finisher_ = nullptr;
  instant finisher_since_{};
};

}  // namespace wirebird::broker
