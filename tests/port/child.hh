#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

namespace wirebird::port::testing {

/// DPDK starts once per process, so every test that opens a port does it in a child of its own.
/// Runs `body` there, with its expectations; the test fails if one of them does or the child dies.
/// A child that takes more than half a minute is ended.
void in_child(const std::function<void()>& body);

/// Gives up a capability (CAP_*) for the rest of this process.
[[nodiscard]] bool drop_capability(unsigned number);

/// A child that runs `body` and then sleeps until it is killed.
class lasting_child {
 public:
  /// Returns when `body` is done.
  explicit lasting_child(const std::function<void()>& body);
  ~lasting_child();
  lasting_child(const lasting_child&) = delete;
  lasting_child& operator=(const lasting_child&) = delete;

  /// `body` ran to its end and its expectations held.
  [[nodiscard]] bool is_ready() const noexcept { return ready_; }
  [[nodiscard]] pid_t process() const noexcept { return process_; }
  /// SIGKILL; returns when the process is gone.
  void kill();

 private:
  pid_t process_ = -1;
  bool ready_ = false;
};

}  // namespace wirebird::port::testing
