#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace spdlog::sinks {
class sink;
}

namespace wirebird::agent {

/// Where the log can go besides stderr. All on the main thread.
struct opened_sink {
  std::shared_ptr<spdlog::sinks::sink> value;  ///< null: see error
  std::string error;
};

/// Appends to a file. Beyond `size_limit` bytes (0: none) the file gets another name, with the time
/// in it, and a new one begins and says so.
[[nodiscard]] opened_sink open_file_sink(const std::string& path, std::size_t size_limit);

/// The local syslog, facility daemon, under the name of this program.
[[nodiscard]] opened_sink open_syslog_sink();

/// A syslog elsewhere: `udp://HOST:PORT`, `tcp://HOST:PORT` (port 514 if there is none) or
/// `unix://PATH`. Lines as RFC 3164 with an RFC 3339 time. Never waits once connected: what cannot
/// be sent is lost.
[[nodiscard]] opened_sink open_remote_sink(const std::string& url);

}  // namespace wirebird::agent
