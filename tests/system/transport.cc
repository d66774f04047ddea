#include "tests/system/transport.hh"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::system_tests {
namespace {

constexpr const char* tap_name = "wirebird0";
constexpr const char* tap_host_address = "10.222.0.1";
constexpr const char* tap_broker_address = "10.222.0.2";
constexpr std::uint16_t tap_port = 4222;
// The broker's end has no address of the kernel's; the host's end is like the TAP device's.
constexpr const char* xdp_name = "wirebird1";
constexpr const char* xdp_host_name = "wirebird2";
constexpr const char* xdp_host_address = "10.223.0.1";
constexpr const char* xdp_broker_address = "10.223.0.2";

// Behind the loopback's translated address stands the broker on the TAP device.
constexpr const char* nat_address = "127.0.0.2";
constexpr std::uint16_t nat_port = 14222;

// Set once by enter_own_network: empty when there is a veth pair to use.
std::string why_no_veth = "no network of its own";
// Set once by enter_own_network: empty when this process has its own network.
std::string why_no_own_network = "the test program did not ask for a network of its own";

class control_socket {
 public:
  control_socket() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~control_socket() { ::close(fd_); }
  control_socket(const control_socket&) = delete;
  control_socket& operator=(const control_socket&) = delete;

  void request(unsigned long what, ifreq& device, const char* purpose) const {
    if (::ioctl(fd_, what, &device) != 0) {
      throw std::runtime_error(std::string(purpose) + ": " + std::strerror(errno));
    }
  }

  [[nodiscard]] bool knows(const char* name) const {
    ifreq device = named(name);
    return ::ioctl(fd_, SIOCGIFINDEX, &device) == 0;
  }

  void bring_up(const char* name) const {
    ifreq device = named(name);
    request(SIOCGIFFLAGS, device, "reading the flags of a device");
    device.ifr_flags = static_cast<short>(device.ifr_flags | IFF_UP);
    request(SIOCSIFFLAGS, device, "bringing a device up");
  }

  void give_address(const char* name, unsigned long what, const char* address) const {
    ifreq device = named(name);
    sockaddr_in in{};
    in.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &in.sin_addr);
    std::memcpy(&device.ifr_addr, &in, sizeof in);
    request(what, device, "giving a device its address");
  }

  void offload_checksums(const char* name, bool wanted) const {
    ethtool_value value{.cmd = ETHTOOL_STXCSUM, .data = wanted ? 1U : 0U};
    ifreq device = named(name);
    device.ifr_data = reinterpret_cast<char*>(&value);
    request(SIOCETHTOOL, device, "switching a device's checksum offload");
  }

 private:
  static ifreq named(const char* name) {
    ifreq device{};
    std::strncpy(device.ifr_name, name, IFNAMSIZ - 1);
    return device;
  }

  int fd_;
};

/// Runs a command; its complaints go to ours.
bool succeeds(const std::string& command) {
  return std::system(command.c_str()) == 0;
}

/// The kernel asks for a neighbour anew after a second, unless told otherwise before a device is
/// made, and a broker that has only just started may miss the first question. It asks for as long.
void ask_neighbours_often() {
  const std::string folder = "/proc/sys/net/ipv4/neigh/default/";
  std::ofstream(folder + "retrans_time_ms") << "50\n";
  for (const char* const questions : {"mcast_solicit", "ucast_solicit"})
    std::ofstream(folder + questions) << "60\n";
}

void make_veth() {
  const std::string pair = std::string(xdp_name) + " type veth peer name " + xdp_host_name;
  if (!succeeds("ip link add name " + pair)) {
    why_no_veth = "`ip link add` makes no veth pair";
    return;
  }
  const control_socket control;
  control.offload_checksums(xdp_host_name, false);
  control.bring_up(xdp_name);
  control.bring_up(xdp_host_name);
  control.give_address(xdp_host_name, SIOCSIFADDR, xdp_host_address);
  control.give_address(xdp_host_name, SIOCSIFNETMASK, "255.255.255.0");
  why_no_veth.clear();
}

/// Once somebody wants it: from then on the kernel tracks every connection of this network.
/// Not `masquerade`, which forgets connections some time after a device has gone, also those of the
/// next one with its address.
/// returns: why not, or an empty text.
std::string translate_addresses() {
  const std::string to = tap_broker_address + std::string(":") + std::to_string(tap_port);
  const std::string from =
      nat_address + std::string(" tcp dport ") + std::to_string(nat_port) + " dnat to ";
  const bool done = succeeds(
      "nft '"
      "add table ip wirebird; "
      "add chain ip wirebird to { type nat hook output priority -100 ; }; "
      "add chain ip wirebird from { type nat hook postrouting priority 100 ; }; "
      "add rule ip wirebird to ip daddr " +
      from + to + "; add rule ip wirebird from ip saddr 127.0.0.0/8 oifname " + tap_name +
      " snat to " + tap_host_address + "'");
  if (!done) return "`nft` translates no addresses";
  // Answers to the loopback's addresses may come in by another device.
  std::ofstream("/proc/sys/net/ipv4/conf/all/route_localnet") << 1;
  return "";
}

bool has_tap(transport where) {
  return where == transport::tap || where == transport::nat;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string binary_for(transport where) {
  return variable(where == transport::oracle ? "WIREBIRD_ORACLE" : "WIREBIRD_BINARY");
}

}  // namespace

void enter_own_network() {
  if (::unshare(CLONE_NEWNET) != 0) {
    why_no_own_network = std::string("no right to make a network namespace (") +
                         std::strerror(errno) + "): run as root";
    std::cerr << why_no_own_network << "; the machine's loopback is shared\n";
    return;
  }
  control_socket().bring_up("lo");
  why_no_own_network.clear();
  ask_neighbours_often();
  make_veth();
}

std::optional<std::string> why_not(transport where) {
  const std::string binary = binary_for(where);
  if (binary.empty()) return "no binary is named in the environment";
  if (::access(binary.c_str(), X_OK) != 0) return binary + " cannot be executed";
  if (where == transport::af_xdp && why_no_own_network.empty() && !why_no_veth.empty())
    return why_no_veth;
  if (!has_tap(where) && where != transport::af_xdp) return std::nullopt;
  if (!why_no_own_network.empty()) return why_no_own_network;
  if (where == transport::af_xdp) return std::nullopt;
  const int tun = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (tun < 0) return std::string("/dev/net/tun: ") + std::strerror(errno);
  ::close(tun);
  if (where != transport::nat) return std::nullopt;
  static const std::string why_no_nat = translate_addresses();
  return why_no_nat.empty() ? std::nullopt : std::optional(why_no_nat);
}

// Below those that kernels give to clients: without a network of its own a program shares it with
// others.
std::uint16_t free_port() {
  static std::set<std::uint16_t> given;
  std::random_device dice;
  std::uniform_int_distribution<int> ports(15000, 31999);
  for (int i = 0; i < 1000; ++i) {
    const auto port = static_cast<std::uint16_t>(ports(dice));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (is_free && given.insert(port).second) return port;
  }
  throw std::runtime_error("no free port on the loopback");
}

broker_setting setting_for(transport where, std::uint16_t port) {
  broker_setting setting{.binary = binary_for(where), .arguments = {}, .host = {}, .port = 0};
  std::uint16_t listens_on = 0;
  if (has_tap(where)) {
    const bool is_translated = where == transport::nat;
    setting.host = is_translated ? nat_address : tap_broker_address;
    setting.port = is_translated ? nat_port : port == 0 ? tap_port : port;
    listens_on = is_translated ? tap_port : setting.port;
    setting.arguments = {"--nic", std::string("tap:") + tap_name, "--ip",
                         std::string(tap_broker_address) + "/24"};
  } else if (where == transport::af_xdp) {
    setting.host = xdp_broker_address;
    setting.port = port == 0 ? tap_port : port;
    setting.arguments = {"--nic", std::string("af_xdp:") + xdp_name, "--ip",
                         std::string(xdp_broker_address) + "/24"};
  } else {
    setting.host = "127.0.0.1";
    setting.port = port == 0 ? free_port() : port;
    setting.arguments = {"-a", setting.host};
  }
  if (listens_on == 0) listens_on = setting.port;
  setting.arguments.insert(setting.arguments.end(), {"-p", std::to_string(listens_on)});
  const std::string workers = variable("WIREBIRD_WORKERS");
  if (where != transport::oracle && !workers.empty())
    setting.arguments.insert(setting.arguments.end(), {"--workers", workers});
  return setting;
}

void attach_host(transport where) {
  if (!has_tap(where)) return;
  const control_socket control;
  control.give_address(tap_name, SIOCSIFADDR, tap_host_address);
  control.give_address(tap_name, SIOCSIFNETMASK, "255.255.255.0");
  control.bring_up(tap_name);
}

void leave_checksums_to_cards(bool wanted) {
  control_socket().offload_checksums(xdp_host_name, wanted);
}

std::string host_address(transport where) {
  return where == transport::af_xdp ? xdp_host_address : tap_host_address;
}

bool device_exists(transport where) {
  if (where == transport::af_xdp)
    return succeeds(std::string("ip link show dev ") + xdp_name + " | grep -q prog/xdp");
  return has_tap(where) && control_socket().knows(tap_name);
}

std::string name_of(const testing::TestParamInfo<transport>& info) {
  switch (info.param) {
    case transport::kernel: return "kernel";
    case transport::tap: return "tap";
    case transport::af_xdp: return "af_xdp";
    case transport::nat: return "nat";
    case transport::oracle: return "oracle";
  }
  return "unknown";
}

}  // namespace wirebird::system_tests
