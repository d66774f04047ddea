#include "dataplane/sockets/socket_address.hh"

#include <cstring>

#include <netinet/in.h>

namespace wirebird::sockets {

socket_address to_socket_address(const endpoint& at) noexcept {
  socket_address result;
  if (at.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(at.port);
    v4.sin_addr.s_addr = htonl(at.address.v4());
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.length = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(at.port);
    std::memcpy(&v6.sin6_addr, at.address.octets.data(), at.address.octets.size());
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
  }
  return result;
}

endpoint to_endpoint(const socket_address& from) noexcept {
  endpoint at;
  if (from.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from.storage, sizeof v4);
    at.address = ip_address::from_v4(ntohl(v4.sin_addr.s_addr));
    at.port = ntohs(v4.sin_port);
  } else if (from.storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &from.storage, sizeof v6);
    std::memcpy(at.address.octets.data(), &v6.sin6_addr, at.address.octets.size());
    at.port = ntohs(v6.sin6_port);
  }
  return at;
}

}  // namespace wirebird::sockets
