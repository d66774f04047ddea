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
