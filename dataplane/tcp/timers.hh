#pragma once

#include "dataplane/base/time.hh"

#include <algorithm>
#include <cstdint>

namespace wirebird::tcp {

/// The deadlines of one connection. Those that exclude each other share one place, so two of them
/// can never be armed together; the delayed ACK runs beside.
class timers {
 public:
  enum class kind : std::uint8_t {
    idle,
    retransmit,  ///< something is in flight
    persist,     ///< nothing in flight, data to send, no window for it
    fin_wait_2,  ///< closed both ways by us; the peer has not closed its half
    keepalive,   ///< nothing to send: is the peer still there?
  };

  [[nodiscard]] kind armed() const noexcept { return kind_; }
  void arm(kind which, instant deadline) noexcept {
    kind_ = which;
    deadline_ = deadline;
  }
  void stop() noexcept { arm(kind::idle, never); }
  [[nodiscard]] bool is_due(instant now) const noexcept { return deadline_ <= now; }

  void delay_ack(instant deadline) noexcept {
    if (ack_deadline_ == never) ack_deadline_ = deadline;
  }
  void cancel_delayed_ack() noexcept { ack_deadline_ = never; }
  [[nodiscard]] bool ack_is_due(instant now) const noexcept { return ack_deadline_ <= now; }

  [[nodiscard]] instant next_deadline() const noexcept {
    return std::min(deadline_, ack_deadline_);
  }

 private:
  instant deadline_ = never;
  instant ack_deadline_ = never;
  kind kind_ = kind::idle;
};

}  // namespace wirebird::tcp
