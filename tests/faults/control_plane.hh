#pragma once

#include "tests/faults/stage.hh"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace wirebird::faults {

/// The port of monitoring in scenarios about wirebird-control: one for the whole run.
[[nodiscard]] std::uint16_t monitor_port();
[[nodiscard]] std::string with_monitoring(run_size);

/// What came of one HTTP request.
struct http_answer {
  int status = 0;  ///< 0: no answer
  std::string body;
  double ms = 0;
};
/// On a connection of its own. `head`: the request line and what follows it, without the empty
/// line.
[[nodiscard]] http_answer http_ask(const std::string& host, std::uint16_t port,
                                   const std::string& head);
[[nodiscard]] http_answer http_get(stage& on, const std::string& target);
/// The number behind `"key": ` in a page.
[[nodiscard]] std::optional<std::uint64_t> number_in(const std::string& page,
                                                     const std::string& key);

/// The one child of that process, once it is there. throws: std::runtime_error when it does not
/// come.
[[nodiscard]] pid_t child_of(pid_t parent);
[[nodiscard]] bool is_gone(pid_t);
/// 0 when it is gone.
[[nodiscard]] std::size_t resident_bytes_of(pid_t);

}  // namespace wirebird::faults
