#include "dataplane/port/local_mac.hh"

#include "dataplane/base/siphash.hh"

#include <fstream>
#include <string>

#include <sys/stat.h>

namespace wirebird::port {

namespace {

/// What tells this place from others: the machine and the network namespace. Without either file
/// the name alone decides.
std::string place() {
  std::string text;
  std::ifstream machine("/etc/machine-id");
  std::getline(machine, text);
  struct stat network {};
  if (stat("/proc/self/ns/net", &network) == 0) text += '/' + std::to_string(network.st_ino);
  return text;
}

}  // namespace

tap_macs macs_for(std::string_view device_name) {
  constexpr siphash_key any_key{0x7769726562697264, 0x6d616320616464};  // not a secret
  const std::string identity = place() + '/' + std::string(device_name);
  std::uint64_t digest = siphash(any_key, as_bytes(identity));

  tap_macs macs;
  for (std::uint8_t& octet : macs.ours.octets) {
    octet = static_cast<std::uint8_t>(digest);
    digest >>= 8;
  }
  // IEEE 802c: bit 0 of the first octet is "group", bit 1 "locally administered".
  macs.ours.octets[0] = static_cast<std::uint8_t>((macs.ours.octets[0] & ~3U) | 2U);
  macs.kernels = macs.ours;
  macs.ours.octets[5] &= 0xfe;
  macs.kernels.octets[5] |= 0x01;
  return macs;
}

}  // namespace wirebird::port
