#include "dataplane/config/host_port.hh"

#include <algorithm>

namespace wirebird::config {

std::optional<host_port> split_host_port(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == text.npos) return {};
  const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(std::min(text.size(), bracketed ? end + 1 : end));
  if (rest.empty()) return host_port{std::string(host), {}};
  if (rest.front() != ':' || rest.find(':', 1) != rest.npos) return {};
  return host_port{std::string(host), std::string(rest.substr(1))};
}

std::string join_host_port(std::string_view host, std::uint16_t port) {
  const bool has_colons = host.find(':') != host.npos && !host.starts_with('[');
  std::string text = has_colons ? "[" : "";
  text.append(host).append(has_colons ? "]:" : ":");
  return text + std::to_string(port);
}

}  // namespace wirebird::config
