#pragma once

#include "dataplane/auth/rules.hh"
#include "dataplane/config/reading.hh"

#include <string>

namespace wirebird::config {

/// A block of permissions: what one may publish and subscribe.
[[nodiscard]] auth::permissions read_permissions(reading&, const value&);

[[nodiscard]] std::string upper(std::string text);

}  // namespace wirebird::config
