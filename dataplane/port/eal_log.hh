#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace wirebird::port {

/// Where DPDK's own log lines go: the first few kilobytes are kept for the sentence that explains a
/// failed start, the rest is dropped. With `debug` they go to stderr as they come. Made and ended
/// on the main thread; DPDK may write from its interrupt thread, under the stream's lock.
class eal_log {
 public:
  explicit eal_log(bool debug);
  ~eal_log();
  eal_log(const eal_log&) = delete;
  eal_log& operator=(const eal_log&) = delete;

  /// Forgets what was kept, so that last_line() speaks of what comes next.
  void clear();
  /// returns: the last line that was kept, without DPDK's prefix; empty if there is none.
  [[nodiscard]] std::string last_line();
  /// returns: what follows `mark` in the last line that has it; empty if none has.
  [[nodiscard]] std::string last_after(std::string_view mark);

 private:
  static ssize_t keep(void* self, const char* text, std::size_t size);

  std::array<char, 4096> kept_{};
  std::size_t kept_bytes_ = 0;
  std::FILE* stream_ = nullptr;
};

}  // namespace wirebird::port
