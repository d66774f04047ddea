#include "dataplane/agent/placement.hh"

#include "dataplane/worker/limits.hh"

#include <algorithm>
#include <functional>

namespace wirebird::agent {

namespace {

using std::to_string;

std::string count_of(std::size_t count, const std::string& what) {
  return to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// The first hardware thread of every core, in the machine's order.
machine first_threads(const machine& all) {
  machine cores;
  for (const hardware_thread& one : all)
    if (cores.empty() || cores.back().core != one.core || cores.back().node != one.node)
      cores.push_back(one);
  return cores;
}

placement failed(std::string sentence) {
  placement none;
  none.error = std::move(sentence);
  return none;
}

placement as_listed(const machine& all, const std::vector<unsigned>& cores) {
  placement made;
  for (const unsigned number : cores) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.number == number; });
    if (found == all.end())
      return failed("--cores: this process may not run on CPU " + to_string(number));
    if (std::find(made.workers.begin(), made.workers.end(), *found) != made.workers.end())
      return failed("--cores: CPU " + to_string(number) + " is listed twice");
    made.workers.push_back(*found);
  }
  made.why.push_back("as --cores lists them");
  return made;
}

/// Cores in the order in which workers get them, the one that is left out taken out.
machine candidates(const machine& all, const std::optional<unsigned>& nic_node,
                   std::vector<std::string>& why) {
  machine cores = first_threads(all);
  if (cores.size() < all.size())
    why.push_back("a core gets one worker, whatever its number of hardware threads");
  if (cores.size() > 1) {
    const hardware_thread left = cores.front();
    cores.erase(cores.begin());
    why.push_back("core of CPU " + to_string(left.number) +
                  " is left to the kernel, the main thread and helpers");
  } else {
    why.push_back("only one core: it is shared with the kernel and the main thread");
  }
  if (!nic_node) {
    why.push_back("no NIC with a NUMA node: cores in the machine's order");
    return cores;
  }
  const auto others = std::stable_partition(cores.begin(), cores.end(),
                                            [&](const auto& one) { return one.node == *nic_node; });
  const auto near = static_cast<std::size_t>(others - cores.begin());
  why.push_back("the NIC is on node " + to_string(*nic_node) + ": its " + count_of(near, "core") +
                (near == 1 ? " comes first" : " come first"));
  return cores;
}

template <typename Same>
std::vector<unsigned> without_workers(const machine& all, const machine& workers, Same is_same) {
  std::vector<unsigned> rest;
  for (const hardware_thread& one : all)
    if (std::none_of(workers.begin(), workers.end(),
                     [&](const hardware_thread& worker) { return is_same(one, worker); }))
      rest.push_back(one.number);
  return rest;
}

/// What a helper does on the second hardware thread of a core slows the first.
std::vector<unsigned> left_over(const machine& all, const machine& workers) {
  auto rest = without_workers(all, workers, [](const auto& one, const auto& worker) {
    return one.core == worker.core && one.node == worker.node;
  });
  return rest.empty() ? without_workers(all, workers, std::equal_to()) : rest;
}

placement as_planned(const machine& all, const placement_request& wanted) {
  placement made;
  const machine cores = candidates(all, wanted.nic_node, made.why);
  std::size_t count = wanted.workers.value_or(0);
  if (!wanted.workers) {
    // Traffic of a NIC crosses to other nodes only if the operator says so.
    const auto near = std::count_if(cores.begin(), cores.end(), [&](const auto& one) {
      return !wanted.nic_node || one.node == *wanted.nic_node;
    });
    count = near > 0 ? static_cast<std::size_t>(near) : cores.size();
    count = std::min<std::size_t>(count, worker::workers_max);
    made.why.push_back(count_of(count, "worker") + ", one for each core" +
                       (wanted.nic_node && near > 0 ? " of the NIC's node" : ""));
  }
  made.pinned = count <= cores.size();
  if (!made.pinned)
    made.why.push_back(count_of(count, "worker") + " on " + count_of(cores.size(), "core") +
                       ": not pinned, the scheduler decides");
  for (std::size_t i = 0; i < count; ++i) made.workers.push_back(cores[i % cores.size()]);
  return made;
}

}  // namespace

placement plan(const machine& all, const placement_request& wanted) {
  if (all.empty()) return failed("cannot read the topology of this machine");
  placement made = wanted.cores.empty() ? as_planned(all, wanted) : as_listed(all, wanted.cores);
  if (made.error.empty() && made.pinned) made.others = left_over(all, made.workers);
  return made;
}

std::string describe(const machine& all, const placement& made) {
  if (!made.error.empty()) return made.error + "\n";
  std::string text = "Machine: ";
  std::vector<unsigned> nodes;
  for (const hardware_thread& one : all)
    if (nodes.empty() || nodes.back() != one.node) nodes.push_back(one.node);
  text += count_of(nodes.size(), "NUMA node") + ", " + count_of(first_threads(all).size(), "core") +
          ", " + count_of(all.size(), "CPU") + "\n";
  for (std::size_t i = 0; i < made.workers.size(); ++i) {
    const hardware_thread& one = made.workers[i];
    text += "Worker " + to_string(i) + ": ";
    text += made.pinned ? "CPU " + to_string(one.number) + ", core " + to_string(one.core) +
                              ", node " + to_string(one.node) + "\n"
                        : "not pinned\n";
  }
  if (!made.others.empty()) {
    text += "Others:";
    for (const unsigned number : made.others) text += " CPU " + to_string(number) + ",";
    text.back() = '\n';
  }
  for (const std::string& reason : made.why) text += "  - " + reason + "\n";
  return text;
}

}  // namespace wirebird::agent
