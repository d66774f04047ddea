#include "dataplane/port/xdp_claim.hh"

#include "dataplane/port/interface_facts.hh"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace wirebird::port {

namespace {

bool has_capability(unsigned number) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return false;
  return (sets[number / 32].effective >> (number % 32) & 1) != 0;
}

/// What of the rights is missing, or an empty text.
std::string missing_rights() {
  std::string missing;
  const auto want = [&](bool there, const char* name) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  want(has_capability(CAP_NET_ADMIN), "CAP_NET_ADMIN");
  want(has_capability(CAP_NET_RAW), "CAP_NET_RAW");
  want(has_capability(CAP_BPF) || has_capability(CAP_SYS_ADMIN), "CAP_BPF");
  return missing;
}

std::string why_no_sockets() {
  const std::string missing = missing_rights();
  if (!missing.empty()) return "no right to use AF_XDP: it takes " + missing + "; run as root";
  const int descriptor = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (descriptor >= 0) {
    close(descriptor);
    return {};
  }
  if (errno == EAFNOSUPPORT) return "this kernel has no AF_XDP sockets (CONFIG_XDP_SOCKETS)";
  return std::string("cannot open an AF_XDP socket: ") + std::strerror(errno);
}

/// Takes the name for this interface. returns: a descriptor that holds it, or -1.
int hold_name(unsigned interface_index) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const std::string name = "wirebird-af_xdp-" + std::to_string(interface_index);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof(address.sun_path) - 2);  // a leading 0: abstract
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0) return descriptor;
  close(descriptor);
  return -1;
}

/// What is in the way of reading `queues` of this interface, or an empty text.
std::string obstacle(const nic_spec& spec, const interface_facts& facts, unsigned queues) {
  const std::string& name = spec.name;
  if (!facts.up) return "interface " + name + " is down: ip link set " + name + " up";
  if (facts.xdp_program != 0)
    return "interface " + name + " has an XDP program already (id " +
           std::to_string(facts.xdp_program) +
           "): another program serves it, or left that behind and `ip link set dev " + name +
           " xdp off` removes it";
  const unsigned there = receive_queues_of(name);
  if (spec.first_queue + queues > there)
    return "interface " + name + " has " + std::to_string(there) + " receive queues, and queue " +
           std::to_string(spec.first_queue + queues - 1) + " is asked for";
  if (there > queues && !spec.queues_chosen)
    return "interface " + name + " has " + std::to_string(there) + " receive queues and " +
           std::to_string(queues) + " would be read: ethtool -L " + name + " combined " +
           std::to_string(queues) + ", or steer with ethtool -N and say queue=N";
  return {};
}

}  // namespace

outcome<xdp_claim> xdp_claim::take(const nic_spec& spec, unsigned queues) {
  const auto facts = facts_of_interface(spec.name);
  if (!facts)
    return outcome<xdp_claim>::failure("there is no interface " + spec.name +
                                       " in this network namespace");
  if (std::string why = why_no_sockets(); !why.empty())
    return outcome<xdp_claim>::failure("interface " + spec.name + ": " + why);
  const int descriptor = hold_name(facts->index);
  if (descriptor < 0)
    return outcome<xdp_claim>::failure("interface " + spec.name + " is in use by another process");
  std::unique_ptr<xdp_claim> claim(new xdp_claim(descriptor));
  if (std::string why = obstacle(spec, *facts, queues); !why.empty())
    return outcome<xdp_claim>::failure(std::move(why));
  return outcome<xdp_claim>::of(std::move(claim));
}

xdp_claim::~xdp_claim() {
  close(descriptor_);
}

}  // namespace wirebird::port
