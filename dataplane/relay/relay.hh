#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/relay/counters.hh"
#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <memory>
#include <vector>

namespace wirebird::relay {

class link;
struct quiet_tag;
struct touched_tag;

/// The way to wirebird-control: opens one connection to its HTTP server.
class control_door {
 public:
  /// returns: a connection that calls `user` from now on, or null when control is down.
  [[nodiscard]] virtual stream::connection* open(stream::handler& user, instant now) = 0;

 protected:
  ~control_door() = default;
};

/// HTTP on the broker's own address: carries the bytes of each accepted connection to
/// wirebird-control and back, whatever transport it came over, without looking at them. In front of
/// the client's bytes goes one PROXY protocol line (version 1) that tells control who asks. When
/// control is down, or goes before it has said anything, the client gets a short 503.
///
/// Bounded by limits.hh. Lives on one worker's thread; timers fire from the wheel handed in; one
/// flush() per iteration.
class relay final : public stream::acceptor {
 public:
  relay(control_door&, timer_wheel&) noexcept;
  ~relay();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  [[nodiscard]] stream::handler* on_accepted(stream::connection&, instant now) override;
  /// Sends what was written, once per touched connection and for a bounded number of them, and
  /// forgets those that are over.
  void flush(instant now);
  /// Whether some of them wait for the next flush().
  [[nodiscard]] bool has_work() const noexcept { return !touched_.empty(); }
  /// Closes all; their last bytes are sent.
  void shutdown(instant now);

  /// Connections of which a side has not ended.
  [[nodiscard]] std::size_t connections() const noexcept { return links_.size(); }
  [[nodiscard]] const counters& counts() const noexcept { return counts_; }

 private:
  friend class link;
  void make_room(instant now);

  control_door& door_;
  timer_wheel& timers_;
  counters counts_;
  intrusive_list<link, quiet_tag> open_;  ///< quiet longest first
  std::size_t open_count_ = 0;
  intrusive_list<link, touched_tag> touched_;  ///< have something to send, or are over
  std::vector<std::unique_ptr<link>> links_;
};

}  // namespace wirebird::relay
