#pragma once

#include <string>
#include <string_view>

namespace wirebird::config {

/// Our own version, as INFO and the log show it under the key `wirebird`.
inline constexpr std::string_view wirebird_version = WIREBIRD_VERSION;
/// The nats-server whose dialect we speak; clients gate features on it.
inline constexpr std::string_view nats_version = "2.9.10";

/// What `--version` prints. Under the name nats-server the line is that server's, since tools parse
/// it.
[[nodiscard]] inline std::string version_line(std::string_view program) {
  if (program == "nats-server") return "nats-server: v" + std::string(nats_version);
  return std::string(program) + ": v" + std::string(wirebird_version) + " (nats-server " +
         std::string(nats_version) + ")";
}

}  // namespace wirebird::config
