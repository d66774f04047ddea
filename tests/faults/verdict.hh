#pragma once

#include <cstdint>
#include <string>

namespace wirebird::faults {

/// What a run has found, printed as it is found: figures for the reader, expectations that hold or
/// fail. Main thread only.
class verdict {
 public:
  /// Prints `what`; when `holds` is false the run has failed.
  void expect(bool holds, const std::string& what);
  void figure(const std::string& text);

  [[nodiscard]] unsigned passed() const { return passed_; }
  [[nodiscard]] unsigned failed() const { return failed_; }

 private:
  unsigned passed_ = 0;
  unsigned failed_ = 0;
};

/// `1.25 ms`.
[[nodiscard]] std::string milliseconds_text(double ms);

}  // namespace wirebird::faults
