#pragma once

#include <string>

namespace wirebird::agent {

/// Where a wirebird-control that somebody else has started comes to: a seqpacket socket in the file
/// system, for processes of our own user and of root only. Main thread.
class control_door {
 public:
  control_door() = default;
  ~control_door();
  control_door(const control_door&) = delete;
  control_door& operator=(const control_door&) = delete;

  /// At `path`, in place of a socket that an earlier server left there.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string open(const std::string& path);
  /// For poll(); -1 while it is not open.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// returns: a connection, now the caller's, or -1 when nobody waits who may come in.
  [[nodiscard]] int accept() noexcept;

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace wirebird::agent
