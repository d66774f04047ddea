#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace wirebird::system_tests {

/// What a broker says, without the PINGs that measure a client's round trip: the first comes some
/// two seconds after CONNECT, in the middle of whatever a late machine is still at.
class ping_filter {
 public:
  /// Appends to `kept` what of `bytes`, the next ones of the stream, belongs to no PING. A line is
  /// kept when it is whole.
  void pass(std::string_view bytes, std::string& kept) {
    while (!bytes.empty()) {
      const std::size_t in_payload = std::min(payload_left_, bytes.size());
      kept.append(bytes.substr(0, in_payload));
      payload_left_ -= in_payload;
      bytes.remove_prefix(in_payload);
      if (bytes.empty()) return;
      line_ += bytes.front();
      bytes.remove_prefix(1);
      if (line_.ends_with("\r\n")) end_line(kept);
    }
  }
  /// The stream has ended: what began as a line is all there is.
  void end(std::string& kept) {
    kept += line_;
    line_.clear();
  }

 private:
  void end_line(std::string& kept) {
    const bool is_message = line_.starts_with("MSG ") || line_.starts_with("HMSG ");
    if (is_message) {
      const char* const size = line_.data() + line_.rfind(' ') + 1;
      std::from_chars(size, line_.data() + line_.size(), payload_left_);
      payload_left_ += std::string_view("\r\n").size();
    }
    if (line_ != "PING\r\n") kept += line_;
    line_.clear();
  }

  std::string line_;
  std::size_t payload_left_ = 0;
};

}  // namespace wirebird::system_tests
