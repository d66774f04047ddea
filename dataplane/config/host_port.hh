#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wirebird::config {

/// What `HOST`, `HOST:PORT` or `[HOST]:PORT` says, as Go's net.SplitHostPort takes it apart: a host
/// with colons of its own stands in brackets, which are taken off.
struct host_port {
  std::string host;
  std::optional<std::string> port;  ///< the text behind the last colon, maybe empty
};

/// returns: nothing when the brackets do not pair or colons are left over.
[[nodiscard]] std::optional<host_port> split_host_port(std::string_view text);

/// The other way round, as net.JoinHostPort: a host with colons gets its brackets.
[[nodiscard]] std::string join_host_port(std::string_view host, std::uint16_t port);

}  // namespace wirebird::config
