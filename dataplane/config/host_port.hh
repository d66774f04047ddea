#pragma once

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

}  // namespace wirebird::config
