#pragma once

#include "dataplane/base/random.hh"
#include "dataplane/broker/subscription.hh"

#include <cstddef>
#include <span>

namespace wirebird::broker {

/// Serves one member of a queue group: a uniformly random one first, then the others in order until
/// `deliver(member)` says that one has taken the message. returns: whether one did. requires: the
/// group has members.
template <typename Deliver>
bool serve_one(std::span<subscription* const> members, random& choices, Deliver&& deliver) {
  const std::size_t start =
      members.size() == 1 ? 0 : static_cast<std::size_t>(choices.below(members.size()));
  for (std::size_t i = start; i < members.size(); ++i)
    if (deliver(*members[i])) return true;
  for (std::size_t i = 0; i < start; ++i)
    if (deliver(*members[i])) return true;
  return false;
}

}  // namespace wirebird::broker
