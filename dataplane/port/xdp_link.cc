#include "dataplane/port/xdp_link.hh"

#include "dataplane/port/interface_facts.hh"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wirebird::port {

namespace {

int bpf(unsigned command, bpf_attr& attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof(attributes)));
}

int open_program(std::uint32_t id) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof(attributes));
  attributes.prog_id = id;
  return bpf(BPF_PROG_GET_FD_BY_ID, attributes);
}

int link_program(int program, unsigned interface_index, std::uint32_t flags) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof(attributes));
  attributes.link_create.prog_fd = static_cast<std::uint32_t>(program);
  attributes.link_create.target_ifindex = interface_index;
  attributes.link_create.attach_type = BPF_XDP;
  attributes.link_create.flags = flags;
  return bpf(BPF_LINK_CREATE, attributes);
}

/// RTM_SETLINK with IFLA_XDP { IFLA_XDP_FD -1, IFLA_XDP_FLAGS }: takes the program off.
struct detach_request {
  nlmsghdr header;
  ifinfomsg link;
  rtattr xdp;
  rtattr descriptor_head;
  std::int32_t descriptor;
  rtattr flags_head;
  std::uint32_t flags;
};

int detach(unsigned interface_index, std::uint32_t flags) {
  const int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return errno;
  detach_request request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_SETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.link.ifi_family = AF_UNSPEC;
  request.link.ifi_index = static_cast<int>(interface_index);
  request.xdp = {sizeof(request) - offsetof(detach_request, xdp), IFLA_XDP | NLA_F_NESTED};
  request.descriptor_head = {RTA_LENGTH(sizeof(request.descriptor)), IFLA_XDP_FD};
  request.descriptor = -1;
  request.flags_head = {RTA_LENGTH(sizeof(request.flags)), IFLA_XDP_FLAGS};
  request.flags = flags;
  std::array<std::uint8_t, 4096> answer{};
  ssize_t size = send(descriptor, &request, sizeof(request), 0);
  if (size > 0) size = recv(descriptor, answer.data(), answer.size(), 0);
  const int error = size < 0 ? errno : 0;
  close(descriptor);
  if (error != 0) return error;
  nlmsgerr result{};
  if (static_cast<std::size_t>(size) < NLMSG_LENGTH(sizeof(result.error))) return EPROTO;
  std::memcpy(&result.error, answer.data() + NLMSG_HDRLEN, sizeof(result.error));
  return -result.error;
}

}  // namespace

outcome<xdp_link> xdp_link::take_over(const std::string& interface) {
  const auto failure = [&](const char* what, int error) {
    return outcome<xdp_link>::failure("interface " + interface + ": " + what + ": " +
                                      std::strerror(error));
  };
  const auto facts = facts_of_interface(interface);
  if (!facts || facts->xdp_program == 0)
    return failure("its XDP program is gone", facts ? ENOENT : ENODEV);
  const int program = open_program(facts->xdp_program);
  if (program < 0) return failure("its XDP program cannot be opened", errno);
  const bool native = facts->xdp_mode == XDP_ATTACHED_DRV;
  const std::uint32_t flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
  int error = detach(facts->index, flags);
  int link = -1;
  if (error == 0) {
    link = link_program(program, facts->index, flags);
    if (link < 0) error = errno;
  }
  close(program);
  if (link < 0) return failure("its XDP program cannot be tied to this process", error);
  return outcome<xdp_link>::of(std::unique_ptr<xdp_link>(new xdp_link(link, native)));
}

xdp_link::~xdp_link() {
  close(descriptor_);
}

}  // namespace wirebird::port
