#include "dataplane/port/tap_queues.hh"

#include "dataplane/base/bytes.hh"

#include <array>
#include <cstdint>
#include <cstring>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
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

std::uint32_t number(byte_view value) {
  std::uint32_t result = 0;
  if (value.size() == sizeof(result)) std::memcpy(&result, value.data(), sizeof(result));
  return result;
}

unsigned queues_in(byte_view answer) {
  nlmsghdr header;
  if (answer.size() < NLMSG_LENGTH(sizeof(ifinfomsg))) return 0;
  std::memcpy(&header, answer.data(), sizeof(header));
  if (header.nlmsg_type != RTM_NEWLINK || header.nlmsg_len > answer.size()) return 0;
  const byte_view attributes = answer.subspan(NLMSG_LENGTH(sizeof(ifinfomsg)));
  const byte_view data = attribute(attribute(attributes, IFLA_LINKINFO), IFLA_INFO_DATA);
  return number(attribute(data, IFLA_TUN_NUM_QUEUES)) +
         number(attribute(data, IFLA_TUN_NUM_DISABLED_QUEUES));
}

}  // namespace

unsigned tap_queues(const std::string& name) {
  const int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return 0;
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
  return size > 0 ? queues_in({answer.data(), static_cast<std::size_t>(size)}) : 0;
}

}  // namespace wirebird::port
