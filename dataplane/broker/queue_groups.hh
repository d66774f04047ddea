#pragma once

#include "dataplane/base/random.hh"
#include "dataplane/broker/match_result.hh"

#include <cstddef>
#include <cstdint>
#include <span>

namespace wirebird::broker {

/// Serves one of these members: the one at `start` first, then the others in order until
/// `deliver(member)` says that one has taken the message. returns: whether one did.
template <typename Deliver>
bool serve_from(std::span<subscription* const> members, std::size_t start, Deliver&& deliver) {
  for (std::size_t i = start; i < members.size(); ++i)
    if (deliver(*members[i])) return true;
  for (std::size_t i = 0; i < start; ++i)
    if (deliver(*members[i])) return true;
  return false;
}

/// Serves one of this worker's members, a uniformly random one first.
template <typename Deliver>
bool serve_local(std::span<subscription* const> members, random& choices, Deliver&& deliver) {
  if (members.empty()) return false;
  const std::size_t start =
      members.size() == 1 ? 0 : static_cast<std::size_t>(choices.below(members.size()));
  return serve_from(members, start, deliver);
}

/// Serves one member of a queue group whose members may be on other workers, every member with the
/// same chance: `deliver(member)` to one of ours, `forward(remote)` to whoever stands for another
/// worker's. Who refuses makes room for the next one, of the same worker first.
template <typename Deliver, typename Forward>
bool serve_one(const group_members& group, random& choices, Deliver&& deliver, Forward&& forward) {
  if (group.remotes == 0) return serve_local(group.all, choices, deliver);
  std::uint64_t drawn = choices.below(group.weight);
  const auto remote = group.remote();
  for (std::size_t i = 0; i < remote.size(); ++i) {
    if (drawn < remote[i]->weight) {
      if (serve_from(remote.subspan(i, 1), 0, forward)) return true;
      return serve_local(group.local(), choices, deliver) || serve_from(remote, i, forward);
    }
    drawn -= remote[i]->weight;
  }
  // A weight may have changed since the list was made; ours may all be gone.
  const auto local = group.local();
  const std::size_t start = drawn < local.size() ? static_cast<std::size_t>(drawn) : 0;
  return serve_from(local, start, deliver) || serve_from(remote, 0, forward);
}

}  // namespace wirebird::broker
