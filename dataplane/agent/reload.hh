#pragma once

#include "dataplane/config/options.hh"

#include <string>
#include <vector>

namespace wirebird::agent {

/// What a reload would change.
struct reload_plan {
  std::string refusal;               ///< not empty: nothing changes, for this reason
  std::vector<std::string> changes;  ///< one line for the log each, in nats-server's words
  bool logins_change = false;        ///< who may connect, or what somebody may
};

/// Compares two snapshots. What nats-server 2.9.10 does not reload, and where the dataplane runs,
/// cannot change while the server runs; one such change refuses all.
[[nodiscard]] reload_plan plan_reload(const config::options& now, const config::options& next);

}  // namespace wirebird::agent
