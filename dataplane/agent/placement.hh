#pragma once

#include "dataplane/agent/machine.hh"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace wirebird::agent {

/// What the operator asks for and what the port suggests.
struct placement_request {
  std::optional<unsigned> workers;  ///< absent: as many as there are cores to own
  std::vector<unsigned> cores;      ///< hardware threads by number; decides everything if not empty
  std::optional<unsigned> nic_node;  ///< NUMA node of the port
};

/// Where workers run.
struct placement {
  /// One worker each, in the order of workers. `number` counts only while pinned.
  std::vector<hardware_thread> workers;
  bool pinned = true;  ///< false: more workers than cores, the scheduler decides
  /// CPUs of all other threads of ours, wirebird-control's too: those whose core has no worker, or
  /// else those that have none themselves. Empty: all of them.
  std::vector<unsigned> others;
  std::vector<std::string> why;
  std::string error;  ///< not empty: nothing else counts
};

/// The plan, from nothing but its arguments. A worker gets a physical core of its own: cores of the
/// NIC's node first, then those of the other nodes; never two hardware threads of one core. The
/// first core that the process may use is left to the kernel, the main thread and helpers while
/// there are others. More workers than cores to own are not pinned: one that is, on a core that it
/// shares, waits for the other while a third core idles.
[[nodiscard]] placement plan(const machine&, const placement_request&);

/// What `--topology` prints: the machine, the plan, and why.
[[nodiscard]] std::string describe(const machine&, const placement&);

}  // namespace wirebird::agent
