#include "dataplane/port/xdp_sockets.hh"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include <linux/if_xdp.h>
#include <sys/socket.h>

namespace wirebird::port {

namespace {

bool is_xdp_socket(int descriptor) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_XDP;
}

}  // namespace

std::vector<int> own_xdp_sockets() {
  std::vector<int> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const int descriptor = std::stoi(entry.path().filename());
    if (is_xdp_socket(descriptor)) found.push_back(descriptor);
  }
  std::ranges::sort(found);
  return found;
}

bool is_zero_copy(int xdp_socket) noexcept {
  xdp_options options{};
  socklen_t size = sizeof(options);
  return getsockopt(xdp_socket, SOL_XDP, XDP_OPTIONS, &options, &size) == 0 &&
         (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
}

device_losses losses_of(int xdp_socket) noexcept {
  xdp_statistics said{};
  socklen_t size = sizeof(said);
  if (getsockopt(xdp_socket, SOL_XDP, XDP_STATISTICS, &said, &size) != 0) return {};
  return {.missed = said.rx_ring_full,
          .receive_errors = said.rx_dropped + said.rx_invalid_descs,
          .no_frame = said.rx_fill_ring_empty_descs,
          .send_errors = said.tx_invalid_descs};
}

}  // namespace wirebird::port
