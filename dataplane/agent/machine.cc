#include "dataplane/agent/machine.hh"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <tuple>

#include <hwloc.h>
#include <sched.h>

namespace wirebird::agent {

machine machine_of(hwloc_topology* topology) {
  machine found;
  hwloc_obj_t thread = nullptr;
  while ((thread = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, thread)) != nullptr) {
    hardware_thread one;
    one.number = thread->os_index;
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, thread);
    one.core = core != nullptr ? core->logical_index : thread->logical_index;
    if (thread->nodeset != nullptr && !hwloc_bitmap_iszero(thread->nodeset))
      one.node = static_cast<unsigned>(hwloc_bitmap_first(thread->nodeset));
    found.push_back(one);
  }
  std::sort(found.begin(), found.end(), [](const hardware_thread& a, const hardware_thread& b) {
    return std::tie(a.node, a.core, a.number) < std::tie(b.node, b.core, b.number);
  });
  return found;
}

machine read_machine() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) return {};
  machine found;
  if (hwloc_topology_load(topology) == 0) found = machine_of(topology);
  hwloc_topology_destroy(topology);

  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return found;
  std::erase_if(found, [&](const hardware_thread& one) {
    return one.number >= CPU_SETSIZE || !CPU_ISSET(one.number, &allowed);
  });
  return found;
}

int stay_on(const std::vector<unsigned>& cpus) {
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  for (const unsigned cpu : cpus)
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &wanted);
  return sched_setaffinity(0, sizeof wanted, &wanted) == 0 ? 0 : errno;
}

std::optional<unsigned> node_of_nic(const std::string& spec, const std::string& sys) {
  const auto colon = spec.find(':');
  if (colon == std::string::npos) return {};
  // The device ends where a driver's own options begin.
  const std::string device = spec.substr(colon + 1, spec.find(',') - colon - 1);
  if (device.empty() || device.find('/') != std::string::npos) return {};
  for (const std::string& path : {sys + "/bus/pci/devices/" + device + "/numa_node",
                                  sys + "/bus/pci/devices/0000:" + device + "/numa_node",
                                  sys + "/class/net/" + device + "/device/numa_node"}) {
    int node = -1;  // what the kernel says when it does not know
    if (std::ifstream(path) >> node && node >= 0) return static_cast<unsigned>(node);
  }
  return {};
}

}  // namespace wirebird::agent
