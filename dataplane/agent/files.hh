#pragma once

#include <cstdint>
#include <string>

namespace wirebird::agent {

/// Go's words for what a system call answered.
[[nodiscard]] std::string cause_of(int error);

/// Writes our process id, decimal without a line end, as nats-server does. The file stays when the
/// process ends. Without a path it does nothing. returns: one sentence on why not, or an empty
/// text.
[[nodiscard]] std::string write_pid_file(const std::string& path);

/// `<executable>_<pid>.ports` in `folder`: one JSON object that names the client URLs, for whoever
/// asked for any free port. Removed when this object goes.
class ports_file {
 public:
  explicit ports_file(const std::string& folder);
  ~ports_file();
  ports_file(const ports_file&) = delete;
  ports_file& operator=(const ports_file&) = delete;

  /// `host` any: one URL per address of this machine. Without a folder it does nothing.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string write(const std::string& host, std::uint16_t port);

 private:
  std::string path_;
  bool written_ = false;
};

}  // namespace wirebird::agent
