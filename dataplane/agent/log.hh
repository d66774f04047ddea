#pragma once

#include <memory>
#include <string_view>

namespace spdlog {
class logger;
}

namespace wirebird::agent {

/// The log in nats-server's format, `[pid] YYYY/MM/DD HH:MM:SS.ffffff [LVL] text`, to stderr;
/// coloured levels on a terminal. Main thread only: workers send events, and the agent writes them.
class log {
 public:
  explicit log(bool debug);
  ~log();
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  void info(std::string_view text);
  void warning(std::string_view text);
  void error(std::string_view text);
  void fatal(std::string_view text);  ///< the process ends next, with status 1
  void debug(std::string_view text);
  [[nodiscard]] bool debug_enabled() const noexcept { return debug_; }

 private:
  bool debug_;
  std::shared_ptr<spdlog::logger> sink_;
};

}  // namespace wirebird::agent
