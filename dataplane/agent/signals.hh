#pragma once

#include <optional>
#include <string_view>

namespace wirebird::agent {

/// The signals that operators send, as values. Constructed on the main thread before any other
/// thread starts: it blocks them here and so in every thread, except that real-time signals stay as
/// they are (some ports wake by them).
class signals {
 public:
  signals();
  ~signals();
  signals(const signals&) = delete;
  signals& operator=(const signals&) = delete;

  /// Readable when a signal waits; for poll().
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// returns: the number of a signal that was sent, or nothing.
  [[nodiscard]] std::optional<int> next() noexcept;

 private:
  int descriptor_;
};

/// Go's words for one of those signals.
[[nodiscard]] std::string_view text_of_signal(int number) noexcept;

}  // namespace wirebird::agent
