#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/sockets/counters.hh"
#include "dataplane/sockets/poller.hh"
#include "dataplane/sockets/waiting_line.hh"
#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <cstdint>

namespace wirebird::sockets {

/// A listening socket that was just opened, or why there is none.
struct open_result {
  int descriptor = -1;
  std::uint16_t port = 0;  ///< in host order; the one that was asked for, or picked for 0
  int error = 0;           ///< errno
};

/// Opens a non-blocking listening socket. Exclusive: a second one on the port fails with
/// EADDRINUSE; a port that only old connections still use is free. The unspecified IPv6 address
/// listens for IPv4 too, and for IPv4 alone where the kernel has no IPv6.
[[nodiscard]] open_result open_listener(const endpoint& local) noexcept;

/// A connection that the kernel has established for us.
struct accepted_socket {
  int descriptor = -1;  ///< -1: none waits now
  endpoint remote;
};

/// One listening socket in one worker's poller. Several workers may each have one on the same
/// socket (a duplicated descriptor): the kernel wakes one of them per connection.
/// Owned by its transport, on that worker's thread.
class listener final : public timer {
 public:
  /// What the descriptor gives: connections of its own, or those that other workers have accepted.
  enum class kind : std::uint8_t { listening_socket, inbox };

  /// Takes over the descriptor, unless it is an inbox. Its connections have that precedence.
  listener(kind, precedence, int descriptor, std::uint64_t token, stream::acceptor& user,
           poller& events, timer_wheel& timers, counters& counts) noexcept;
  ~listener() override;

  /// returns: errno, 0 when connections arrive from now on.
  [[nodiscard]] int start() noexcept;
  /// The next connection that waits. When the process is out of descriptors or the kernel out of
  /// memory, rests: no events until accept_rest_time is over or wake_up() comes.
  [[nodiscard]] accepted_socket accept(instant now) noexcept;
  /// A descriptor has come back. requires: is_resting().
  void wake_up() noexcept;
  [[nodiscard]] bool is_resting() const noexcept { return is_armed(); }
  [[nodiscard]] bool is_inbox() const noexcept { return kind_ == kind::inbox; }
  [[nodiscard]] stream::acceptor& user() noexcept { return user_; }
  [[nodiscard]] precedence connections() const noexcept { return precedence_; }

 private:
  void on_timer(instant now) override;

  [[nodiscard]] accepted_socket take_handed_over() noexcept;

  kind kind_;
  precedence precedence_;
  int descriptor_;
  std::uint64_t token_;
  stream::acceptor& user_;
  poller& events_;
  timer_wheel& timers_;
  counters& counts_;
};

}  // namespace wirebird::sockets
