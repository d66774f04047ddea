#pragma once

#include "tests/system/deadline.hh"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace wirebird::system_tests {

/// How a process ended.
struct exit_status {
  int code = -1;   ///< exit code, or -1 if a signal killed it
  int signal = 0;  ///< the signal that killed it, or 0

  friend bool operator==(const exit_status&, const exit_status&) = default;
};

void PrintTo(const exit_status& status, std::ostream* out);

/// A child process. Its output goes into memory and can be read at any time. It is killed when
/// this object goes, and when the test program dies. Only for the main thread.
class process {
 public:
  /// Starts `command[0]` with `extra_environment` ("NAME=value") on top of ours.
  explicit process(const std::vector<std::string>& command,
                   const std::vector<std::string>& extra_environment = {});
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;

  /// returns: how it ended, or nothing if it still runs after `limit`.
  [[nodiscard]] std::optional<exit_status> wait(milliseconds limit = patience);
  [[nodiscard]] bool is_running() { return !wait(milliseconds(0)); }

  /// All that it has written so far, standard output and standard error together.
  [[nodiscard]] std::string output() const;

  /// Resident memory, bytes.
  [[nodiscard]] std::size_t resident_bytes() const;
  [[nodiscard]] std::size_t open_descriptors() const;

 private:
  int output_fd_;
  pid_t pid_ = -1;
  std::optional<exit_status> ended_;
};

}  // namespace wirebird::system_tests
