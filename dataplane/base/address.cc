#include "dataplane/base/address.hh"

#include <charconv>
#include <cstdio>

#include <arpa/inet.h>

namespace wirebird {

std::optional<ip_address> parse_ip(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // would end the copy early
  const std::string copy(text);
  in_addr v4{};
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return ip_address::from_v4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (inet_pton(AF_INET6, copy.c_str(), &v6) != 1) return std::nullopt;
  ip_address address;
  std::memcpy(address.octets.data(), &v6, address.octets.size());
  return address;
}

std::optional<interface_address> parse_interface_address(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  std::uint8_t length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || length > (address->is_v4() ? 32 : 128)) return std::nullopt;
  return interface_address{*address, length};
}

std::string to_string(const mac_address& mac) {
  std::array<char, 18> text{};
  const auto& o = mac.octets;
  std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3],
                o[4], o[5]);
  return text.data();
}

std::string to_string(const ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.is_v4())
    inet_ntop(AF_INET, address.octets.data() + 12, text.data(), text.size());
  else
    inet_ntop(AF_INET6, address.octets.data(), text.data(), text.size());
  return text.data();
}

std::string to_string(const endpoint& end) {
  const std::string host = to_string(end.address);
  const std::string port = std::to_string(end.port);
  return end.address.is_v4() ? host + ":" + port : "[" + host + "]:" + port;
}

}  // namespace wirebird
