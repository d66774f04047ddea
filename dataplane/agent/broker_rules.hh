#pragma once

#include "dataplane/broker/options.hh"
#include "dataplane/config/options.hh"

namespace wirebird::agent {

/// What a snapshot of the configuration tells the brokers.
[[nodiscard]] broker::options rules_of(const config::options&);

}  // namespace wirebird::agent
