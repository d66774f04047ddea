#pragma once

#include "dataplane/config/options.hh"

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace wirebird::agent {

/// The log in nats-server's format, `[pid] YYYY/MM/DD HH:MM:SS.ffffff [LVL] text`, the time only if
/// wanted; to stderr with coloured levels on a terminal, appended to a file (with a size limit, see
/// log_sinks.hh), or to a syslog, which has its own format. Main thread only: workers send events,
/// and the agent writes them.
class log {
 public:
  explicit log(const config::logging&);
  ~log();
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  /// Opens the file or the syslog, where there is one, and from then on writes there; again to let
  /// go of a file that was moved away. returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string open();
  /// Goes by other settings from now on; by the old ones where the file cannot be opened.
  /// returns: likewise.
  [[nodiscard]] std::string change(const config::logging&);
  [[nodiscard]] bool has_file() const noexcept { return !settings_.file.empty(); }

  void info(std::string_view text);
  void warning(std::string_view text);
  void error(std::string_view text);
  void fatal(std::string_view text);  ///< the process ends next, with status 1
  void debug(std::string_view text);
  void trace(std::string_view text);
  [[nodiscard]] bool debug_enabled() const noexcept { return settings_.debug; }

 private:
  void write_to(std::shared_ptr<spdlog::sinks::sink>);

  config::logging settings_;
  std::shared_ptr<spdlog::logger> sink_;
};

}  // namespace wirebird::agent
