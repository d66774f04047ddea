#pragma once

#include "dataplane/broker/options.hh"
#include "dataplane/config/options.hh"
#include "protocol/server_info.hh"

#include <cstddef>
#include <cstdint>
#include <string>

namespace wirebird::agent {

/// Where pages are served.
struct http_listener {
  std::string host;
  std::uint16_t port;
};

/// When the server was started, and when the configuration that counts was read.
struct server_times {
  std::uint64_t start_ns = 0;       ///< by the monotonic clock
  std::uint64_t start_wall_ns = 0;  ///< the same moment, since 1970
  std::uint64_t load_ns = 0;        ///< by the monotonic clock
};

/// What pages say about the server and nobody counts: one flat JSON object for the plane memory.
/// Keys are those of /varz where it has them; times end in `_ns`.
/// Main thread.
[[nodiscard]] std::string settings_text(const config::options&, const protocol::server_info&,
                                        const broker::options&, const http_listener&,
                                        const server_times&, std::size_t workers);

}  // namespace wirebird::agent
