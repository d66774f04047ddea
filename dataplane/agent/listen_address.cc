#include "dataplane/agent/listen_address.hh"

#include <array>

#include <netdb.h>

namespace wirebird::agent {

namespace {

std::optional<ip_address> ask_resolver(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  std::array<char, NI_MAXHOST> text{};
  const int failed = getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(),
                                 nullptr, 0, NI_NUMERICHOST);
  freeaddrinfo(found);
  return failed != 0 ? std::nullopt : parse_ip(text.data());
}

}  // namespace

std::optional<ip_address> listen_address(const std::string& host) {
  auto address = parse_ip(host);
  if (!address) address = ask_resolver(host);
  if (address == ip_address::from_v4(0)) return ip_address{};
  return address;
}

}  // namespace wirebird::agent
