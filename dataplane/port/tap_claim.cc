#include "dataplane/port/tap_claim.hh"

#include "dataplane/port/interface_facts.hh"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace wirebird::port {

namespace {

constexpr const char* tun_path = "/dev/net/tun";

std::string why_not_open(int error) {
  const std::string path = tun_path;
  if (error == ENOENT || error == ENODEV || error == ENXIO)
    return path + " is missing: load the kernel module tun, or give the container this device";
  if (error == EACCES || error == EPERM)
    return "no right to open " + path + ": run as root, or give the container this device";
  return "cannot open " + path + ": " + std::strerror(error);
}

std::string why_not_attach(const std::string& name, bool existed, int error) {
  if (error == EPERM || error == EACCES)
    return "no right to open TAP device " + name +
           ": it takes CAP_NET_ADMIN in this network namespace";
  if (error == EINVAL && existed)
    return "network interface " + name +
           " exists and is no multi-queue TAP device: remove it or choose another name";
  return "cannot open TAP device " + name + ": " + std::strerror(error);
}

/// Queues of the multi-queue TAP device `name` that are open anywhere, also those switched off.
unsigned tap_queues(const std::string& name) {
  const auto facts = facts_of_interface(name);
  return facts ? facts->tun_queues : 0;
}

std::string served_by_another(const std::string& name) {
  return "TAP device " + name + " is in use by another process";
}

}  // namespace

outcome<tap_claim> tap_claim::take(const std::string& name) {
  if (tap_queues(name) > 0) return outcome<tap_claim>::failure(served_by_another(name));

  const int descriptor = open(tun_path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return outcome<tap_claim>::failure(why_not_open(errno));
  std::unique_ptr<tap_claim> claim(new tap_claim(descriptor));

  const bool existed = if_nametoindex(name.c_str()) != 0;
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_MULTI_QUEUE;
  if (ioctl(descriptor, TUNSETIFF, &request) < 0)
    return outcome<tap_claim>::failure(why_not_attach(name, existed, errno));
  request.ifr_flags = IFF_DETACH_QUEUE;
  if (ioctl(descriptor, TUNSETQUEUE, &request) < 0)
    return outcome<tap_claim>::failure(why_not_attach(name, existed, errno));

  // Two processes that start at the same moment both see two queues here, and both step back.
  if (tap_queues(name) > 1) return outcome<tap_claim>::failure(served_by_another(name));
  return outcome<tap_claim>::of(std::move(claim));
}

tap_claim::~tap_claim() {
  close(descriptor_);
}

}  // namespace wirebird::port
