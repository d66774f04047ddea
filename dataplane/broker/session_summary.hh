#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/close_reason.hh"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wirebird::broker {

/// What a session has moved since its start; messages and bytes as in counters.hh.
struct session_traffic {
  std::uint64_t in_msgs = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_msgs = 0;
  std::uint64_t out_bytes = 0;
};

/// One client as monitoring shows it. Views are good until the session runs again.
struct session_summary {
  std::uint64_t id = 0;
  endpoint remote;
  instant start{};
  instant last_activity{};
  duration round_trip{};  ///< zero: not measured
  std::uint64_t pending_bytes = 0;
  session_traffic traffic;
  std::size_t subscriptions = 0;
  std::string_view name;  ///< what CONNECT said, and so on
  std::string_view lang;
  std::string_view version;
  std::string_view user;  ///< name or public nkey that it logged in with, or tried to
};

/// One subscription as monitoring lists it. Views are good during the call only.
struct subscription_summary {
  std::uint64_t client = 0;
  std::string_view subject;
  std::string_view queue;  ///< empty: none
  std::string_view sid;
  std::uint64_t delivered = 0;  ///< messages
  std::uint32_t max = 0;        ///< of `delivered`; 0: none
};

/// Where a walk over all subscriptions of a broker has got to.
struct subscription_walk {
  std::size_t place = 0;     ///< one past the session that is next; counts down
  std::uint64_t client = 0;  ///< the session that is half done; 0: none
  std::uint32_t layout = 0;  ///< of its index when the walk entered it
  std::size_t cursor = 0;
};

/// Where a walk over the match cache of a broker has got to, and what it has met.
struct cache_walk {
  std::size_t slot = 0;       ///< the next one
  std::uint64_t results = 0;  ///< kept, a subject each
  std::uint64_t fan_out = 0;  ///< of all of them: clients, queue groups and other workers
  std::uint64_t widest = 0;   ///< of one of them
};

/// Who gets the subscriptions that a walk meets.
class subscription_sink {
 public:
  virtual void on_subscription(const subscription_summary&) noexcept = 0;

 protected:
  ~subscription_sink() = default;
};

/// Who wants to know about every client that was, with what it had just before its end. Called on
/// the worker's thread, must not wait.
class closed_sink {
 public:
  virtual void on_closed(const session_summary&, close_reason, instant now) noexcept = 0;

 protected:
  ~closed_sink() = default;
};

}  // namespace wirebird::broker
