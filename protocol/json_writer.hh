#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wirebird::protocol {

/// Appends `value` between quotes, escaped as json_object_writer says.
void append_json_string(std::string& out, std::string_view value);

/// One flat JSON object as text, members in the order in which they are added, without blanks.
/// Strings are escaped as the reference server's writer does it: also `<`, `>`, `&`, U+2028 and
/// U+2029, and a byte that is no UTF-8 becomes \ufffd. For greetings and the like: it allocates.
class json_object_writer {
 public:
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, bool value);
  void add(std::string_view key, std::int64_t value);
  void add(std::string_view key, std::uint64_t value);
  void add(std::string_view key, std::span<const std::string> values);

  /// The whole object; nothing can be added after it.
  [[nodiscard]] std::string finish() &&;

 private:
  void begin_member(std::string_view key);

  std::string text_;
};

}  // namespace wirebird::protocol
