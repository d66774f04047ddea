#pragma once

#include "dataplane/base/address.hh"

#include <optional>
#include <string>

namespace wirebird::agent {

/// What a host text of flags or configuration means: an address, or the first one that a name
/// stands for; every form of "any" is the unspecified address. May ask the resolver, so main thread
/// at start only. returns: nothing for an unknown name.
[[nodiscard]] std::optional<ip_address> listen_address(const std::string& host);

}  // namespace wirebird::agent
