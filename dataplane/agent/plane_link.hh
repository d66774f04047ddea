#pragma once

#include "dataplane/agent/capture_run.hh"
#include "protocol/plane_messages.hh"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace wirebird::agent {

/// What wirebird-control may ask for, already checked.
class plane_requests {
 public:
  virtual void on_control_ready() = 0;
  virtual void on_control_heartbeat() = 0;
  /// `wanted`: bits of plane_messages.hh.
  virtual void on_refresh(std::uint64_t number, std::uint64_t wanted) = 0;
  /// returns: whether it was taken.
  [[nodiscard]] virtual bool on_close_connection(std::uint64_t client) = 0;
  [[nodiscard]] virtual order_outcome on_capture(const capture_order&) = 0;
  virtual void on_watch() = 0;
  [[nodiscard]] virtual order_outcome on_lame_duck() = 0;
  [[nodiscard]] virtual order_outcome on_reload() = 0;

 protected:
  ~plane_requests() = default;
};

/// wirebird's end of one link to wirebird-control: takes messages apart, trusts nothing in them,
/// and keeps what control wants to survive it. Never waits: answers that do not fit the socket's
/// buffer wait in a queue of their own, and what does not fit that is dropped and counted. Main
/// thread.
class plane_link {
 public:
  /// Takes over `descriptor`, a connected seqpacket socket. `state`: what the control before this
  /// one kept.
  plane_link(int descriptor, plane_requests& user, std::string state);
  ~plane_link();
  plane_link(const plane_link&) = delete;
  plane_link& operator=(const plane_link&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// Greets, with the descriptors that the other side needs. returns: whether it was sent.
  [[nodiscard]] bool send_hello(std::span<const int> descriptors);
  /// Reads what has come, a bounded number of messages. returns: false when the other side is gone.
  [[nodiscard]] bool receive();
  /// Sends what waits. returns: whether nothing does any more.
  bool flush();
  /// An event, behind all answers. returns: whether it was sent; else nothing of it was.
  [[nodiscard]] bool tell(std::string_view packet);

  [[nodiscard]] const std::string& state() const noexcept { return state_; }
  /// Packets that were malformed, of a type or size that nobody may send.
  [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }
  [[nodiscard]] std::uint64_t unsent() const noexcept { return unsent_; }

 private:
  void take(std::span<const char> packet);
  void send(std::string packet);
  [[nodiscard]] bool send_now(std::string_view packet) const;
  void answer(std::uint32_t id, const order_outcome&);
  /// returns: whether it was a capture that could be asked for.
  [[nodiscard]] bool take_capture(const protocol::plane::message_view&);
  [[nodiscard]] bool take_known(const protocol::plane::message_view&);

  int descriptor_;
  plane_requests& user_;
  std::string state_;
  std::deque<std::string> unanswered_;  ///< answers that the socket has not taken
  std::size_t unanswered_bytes_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t unsent_ = 0;
};

}  // namespace wirebird::agent
