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

/// What pages say about the server and nobody counts: one flat JSON object for the plane memory.
/// Keys are those of /varz where it has them; times end in `_ns` and are of the monotonic clock.
/// Main thread.
[[nodiscard]] std::string settings_text(const config::options&, const protocol::server_info&,
                                        const broker::options&, const http_listener&,
                                        std::size_t workers);

}  // namespace wirebird::agent
