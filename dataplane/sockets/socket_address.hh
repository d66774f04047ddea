#pragma once

#include "dataplane/base/address.hh"

#include <sys/socket.h>

namespace wirebird::sockets {

/// An endpoint as the kernel spells it.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

/// IPv4 for an IPv4 endpoint, else IPv6 (scope 0: link-local addresses cannot be named).
[[nodiscard]] socket_address to_socket_address(const endpoint&) noexcept;
/// IPv4 in its mapped form; all zero for any other family.
[[nodiscard]] endpoint to_endpoint(const socket_address&) noexcept;

}  // namespace wirebird::sockets
