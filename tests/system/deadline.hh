#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include <poll.h>

/// Waiting in the system tests: always for a condition, always with a deadline.
namespace wirebird::system_tests {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A point in time after which a wait has failed.
class deadline {
 public:
  explicit deadline(milliseconds from_now) : at_(clock::now() + from_now) {}

  [[nodiscard]] bool passed() const { return clock::now() >= at_; }

  /// Milliseconds left for poll(), at least 0.
  [[nodiscard]] int left_ms() const {
    const auto left = std::chrono::ceil<milliseconds>(at_ - clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
  }

 private:
  clock::time_point at_;
};

/// How long one answer of a broker may take; generous because machines under test are busy.
inline constexpr milliseconds patience{20'000};

/// Asks every few milliseconds until `condition()` holds. returns: whether it did in time.
template <typename Condition>
[[nodiscard]] bool eventually(Condition condition, milliseconds limit = patience) {
  const deadline end(limit);
  while (!condition()) {
    if (end.passed()) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

/// As `eventually`, but a condition that does not come true ends the test.
template <typename Condition>
void require_eventually(const std::string& what, Condition condition,
                        milliseconds limit = patience) {
  if (!eventually(condition, limit)) throw std::runtime_error("in vain: waited for " + what);
}

}  // namespace wirebird::system_tests
