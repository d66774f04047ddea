#pragma once

#include "dataplane/config/value.hh"

#include <functional>
#include <optional>
#include <string>

namespace wirebird::config {

/// Where configuration text and variables come from; a test hands in its own.
struct sources {
  struct file {
    std::string text;
    std::string error;  ///< why it cannot be read, in the system's words; else empty
  };
  std::function<file(const std::string& path)> open;
  std::function<std::optional<std::string>(const std::string& name)> environment;
};
/// The file system and this process's environment.
[[nodiscard]] sources system_sources();

/// What bounds the work that a configuration can ask for.
inline constexpr std::size_t file_bytes_max = 16 * 1024 * 1024;
inline constexpr int includes_nested_max = 16;
inline constexpr int includes_max = 1024;  ///< in all
inline constexpr int values_nested_max = 64;

struct read_result {
  map content;
  std::string error;  ///< nats-server's words for the first fault; else empty
};

/// Reads a configuration file and what it includes into a tree; variables are replaced. Knows no
/// option. The grammar is nats-server 2.9.10's, quirks included; see the room's README for where
/// this reader is stricter.
[[nodiscard]] read_result read_configuration(const std::string& path, const sources&);

}  // namespace wirebird::config
