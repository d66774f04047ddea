#pragma once

#include "tests/system/process.hh"
#include "tests/system/transport.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wirebird::system_tests {

/// A running broker: started and waited for by the constructor, killed by the destructor.
class broker_process {
 public:
  /// On `port`, or where there is room if it is 0, with `more_arguments` behind ours.
  explicit broker_process(transport where, std::uint16_t port = 0,
                          const std::vector<std::string>& more_arguments = {});

  [[nodiscard]] const std::string& host() const { return setting_.host; }
  [[nodiscard]] std::uint16_t port() const { return setting_.port; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] process& child() { return *child_; }

 private:
  transport where_;
  broker_setting setting_;
  std::unique_ptr<process> child_;
};

/// Environment of a broker that may have been built with sanitizers: every finding kills it, and
/// freed memory is not kept so long that it looks like a leak.
[[nodiscard]] std::vector<std::string> sanitizer_environment();

/// Whether the broker under test has been built with sanitizers, which makes it slow and large.
[[nodiscard]] bool is_sanitised();

/// How many workers brokers under test have: WIREBIRD_WORKERS, or one.
[[nodiscard]] unsigned workers_under_test();

/// The pairs of the last line of `log` that starts with `title` behind time and level, which reads
/// `title name=number name=number ...`; nothing if there is none.
[[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> figures_of(
    const std::string& log, const std::string& title);

}  // namespace wirebird::system_tests
