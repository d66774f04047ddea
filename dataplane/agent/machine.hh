#pragma once

#include <optional>
#include <string>
#include <vector>

struct hwloc_topology;

namespace wirebird::agent {

/// One hardware thread that this process may run on. Cores and nodes are numbered by hwloc over the
/// whole machine; the thread as the operating system numbers it.
struct hardware_thread {
  unsigned number = 0;
  unsigned core = 0;
  unsigned node = 0;
  friend bool operator==(const hardware_thread&, const hardware_thread&) = default;
};

/// What placement needs to know of a machine: its hardware threads, ordered by node, core and
/// thread. Never empty when read from a system.
using machine = std::vector<hardware_thread>;

/// requires: a loaded topology. returns: the hardware threads that it allows; a core that hwloc
/// sees on no NUMA node counts as on node 0.
[[nodiscard]] machine machine_of(hwloc_topology*);
/// This machine, as far as this process may use it (cgroup and CPU affinity). Main thread, at
/// start; some milliseconds. returns: an empty machine when hwloc cannot read it.
[[nodiscard]] machine read_machine();

/// Keeps the calling thread, and the threads and processes that it starts from now on, on these
/// CPUs. returns: errno, or 0; EINVAL when none of them is there.
[[nodiscard]] int stay_on(const std::vector<unsigned>& cpus);

/// The NUMA node of the network device that a port's SPEC names, `driver:DEVICE` with a PCI address
/// or the name of a kernel interface. returns: none for a device in software, or on a machine that
/// does not tell. `sys`: where sysfs is mounted.
[[nodiscard]] std::optional<unsigned> node_of_nic(const std::string& spec,
                                                  const std::string& sys = "/sys");

}  // namespace wirebird::agent
