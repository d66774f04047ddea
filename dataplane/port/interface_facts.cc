#include "dataplane/port/interface_facts.hh"

#include "dataplane/base/bytes.hh"

#include <algorithm>
#include <array>
#include <cstring>

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::port {

namespace {

struct link_request {
  nlmsghdr header;
  ifinfomsg link;
  rtattr attribute;
  char name[IFNAMSIZ];
};

/// The value of one attribute in a run of them (rtnetlink(7)); empty if it is not there.
byte_view attribute(byte_view run, unsigned wanted) {
  while (run.size() >= sizeof(rtattr)) {
    rtattr head;
    std::memcpy(&head, run.data(), sizeof(head));
    if (head.rta_len < sizeof(head) || head.rta_len > run.size()) break;
    if ((head.rta_type & NLA_TYPE_MASK) == wanted)
      return run.subspan(sizeof(head), head.rta_len - sizeof(head));
    const std::size_t step = RTA_ALIGN(head.rta_len);
    run = run.subspan(step < run.size() ? step : run.size());
  }
  return {};
}

/// A value of this size; zero if it has another.
template <typename T>
T value(byte_view bytes) {
  T result{};
  if (bytes.size() == sizeof(result)) std::memcpy(&result, bytes.data(), sizeof(result));
  return result;
}

std::string text(byte_view bytes) {
  const std::string_view all = as_text(bytes);
  return std::string(all.substr(0, all.find('\0')));
}

std::optional<interface_facts> facts_in(byte_view answer) {
  nlmsghdr header;
  ifinfomsg link;
  if (answer.size() < NLMSG_LENGTH(sizeof(link))) return std::nullopt;
  std::memcpy(&header, answer.data(), sizeof(header));
  if (header.nlmsg_type != RTM_NEWLINK || header.nlmsg_len > answer.size()) return std::nullopt;
  std::memcpy(&link, answer.data() + NLMSG_HDRLEN, sizeof(link));
  const byte_view all = answer.subspan(NLMSG_LENGTH(sizeof(link)));
  const byte_view info = attribute(all, IFLA_LINKINFO);
  const byte_view data = attribute(info, IFLA_INFO_DATA);
  const byte_view xdp = attribute(all, IFLA_XDP);

  interface_facts facts;
  facts.index = static_cast<unsigned>(link.ifi_index);
  facts.up = (link.ifi_flags & IFF_UP) != 0;
  facts.mtu = value<std::uint32_t>(attribute(all, IFLA_MTU));
  facts.mac = value<mac_address>(attribute(all, IFLA_ADDRESS));
  facts.kind = text(attribute(info, IFLA_INFO_KIND));
  if (facts.kind == "tun")
    facts.tun_queues = value<std::uint32_t>(attribute(data, IFLA_TUN_NUM_QUEUES)) +
                       value<std::uint32_t>(attribute(data, IFLA_TUN_NUM_DISABLED_QUEUES));
  facts.xdp_mode = value<std::uint8_t>(attribute(xdp, IFLA_XDP_ATTACHED));
  facts.xdp_program = value<std::uint32_t>(attribute(xdp, IFLA_XDP_PROG_ID));
  return facts;
}

}  // namespace

std::optional<interface_facts> facts_of_interface(const std::string& name) {
  const int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return std::nullopt;
  link_request request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.link.ifi_family = AF_UNSPEC;
  request.attribute.rta_type = IFLA_IFNAME;
  request.attribute.rta_len = RTA_LENGTH(IFNAMSIZ);
  name.copy(request.name, IFNAMSIZ - 1);

  std::array<std::uint8_t, 32 * 1024> answer{};
  ssize_t size = send(descriptor, &request, sizeof(request), 0);
  if (size > 0) size = recv(descriptor, answer.data(), answer.size(), 0);
  close(descriptor);
  if (size <= 0) return std::nullopt;
  return facts_in({answer.data(), static_cast<std::size_t>(size)});
}

unsigned receive_queues_of(const std::string& name) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return 1;
  ethtool_channels channels{};
  channels.cmd = ETHTOOL_GCHANNELS;
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&channels);
  const int result = ioctl(descriptor, SIOCETHTOOL, &request);
  close(descriptor);
  return result == 0 ? std::max(channels.combined_count + channels.rx_count, 1U) : 1;
}

}  // namespace wirebird::port
