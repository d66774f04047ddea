#include "tests/port/kernel_side.hh"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::port::testing {

namespace {

constexpr int patience_ms = 5000;

bool is_readable(int descriptor) {
  pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
  return poll(&wanted, 1, patience_ms) == 1;
}

std::optional<std::string>& reason() {
  static std::optional<std::string> text;
  return text;
}

}  // namespace

const std::optional<std::string>& obstacle() {
  return reason();
}

std::optional<std::string> enter_own_network() {
  if (unshare(CLONE_NEWNET) != 0)
    return reason() = std::string("no network namespace of our own: ") + std::strerror(errno);
  if (access("/dev/net/tun", R_OK | W_OK) != 0)
    return reason() = std::string("/dev/net/tun: ") + std::strerror(errno);
  // Its router solicitations would arrive between the frames that a test sends.
  std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << "1\n";
  return std::nullopt;
}

bool ip(const std::string& arguments) {
  return std::system(("ip " + arguments).c_str()) == 0;  // NOLINT: the test's own words
}

packet_socket::packet_socket(const std::string& interface) : interface_(interface) {
  descriptor_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
  EXPECT_GE(descriptor_, 0) << std::strerror(errno);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  EXPECT_NE(address.sll_ifindex, 0);
  EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

packet_socket::~packet_socket() {
  close(descriptor_);
}

mac_address packet_socket::mac() const {
  ifreq request{};
  interface_.copy(request.ifr_name, IFNAMSIZ - 1);
  EXPECT_EQ(ioctl(descriptor_, SIOCGIFHWADDR, &request), 0);
  mac_address mac;
  std::memcpy(mac.octets.data(), request.ifr_hwaddr.sa_data, mac.octets.size());
  return mac;
}

std::vector<std::uint8_t> packet_socket::next() {
  std::vector<std::uint8_t> bytes(64 * 1024);
  while (is_readable(descriptor_)) {
    sockaddr_ll from{};
    socklen_t from_size = sizeof(from);
    const ssize_t size = recvfrom(descriptor_, bytes.data(), bytes.size(), 0,
                                  reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size < 0 || from.sll_pkttype == PACKET_OUTGOING) continue;
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }
  return {};
}

udp_socket::udp_socket() : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  EXPECT_GE(descriptor_, 0) << std::strerror(errno);
}

udp_socket::~udp_socket() {
  close(descriptor_);
}

bool udp_socket::send_to(const std::string& address, std::uint16_t port,
                         const std::string& text) const {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  return sendto(descriptor_, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&to),
                sizeof(to)) == static_cast<ssize_t>(text.size());
}

std::string udp_socket::next() const {
  if (!is_readable(descriptor_)) return {};
  std::array<char, 2048> bytes{};
  const ssize_t size = recv(descriptor_, bytes.data(), bytes.size(), 0);
  return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace wirebird::port::testing
