#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wirebird::control {

/// JSON as monitoring pages show it: members in the order in which they are added, one per line,
/// indented by so many blanks per level (0: all on one line). Numbers and strings as Go writes
/// them. Any thread, one at a time.
class json_text {
 public:
  explicit json_text(std::size_t indent = 2) : indent_(indent) {}

  /// The outermost object or one inside an array.
  void begin_object();
  void begin_object(std::string_view key);
  void end_object() { end('}'); }
  void begin_array(std::string_view key);
  void end_array() { end(']'); }

  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  void add(std::string_view key, bool value);
  void add(std::string_view key, double value);
  template <std::integral Number>
  void add(std::string_view key, Number value) {
    begin_member(key);
    text_ += std::to_string(value);
  }
  void add_null(std::string_view key);
  /// Leaves the member out when there is nothing in it.
  void add_unless_empty(std::string_view key, std::string_view value) {
    if (!value.empty()) add(key, value);
  }
  template <std::integral Number>
  void add_unless_zero(std::string_view key, Number value) {
    if (value != Number{}) add(key, value);
  }
  /// An element of an array.
  void element(std::string_view value);

  /// requires: everything that was begun has ended.
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void begin_value();
  void begin_member(std::string_view key);
  void begin(char bracket);
  void end(char bracket);
  void new_line();

  std::size_t indent_;
  std::size_t depth_ = 0;
  bool is_empty_ = true;  ///< nothing in the innermost object or array yet
  std::string text_;
};

}  // namespace wirebird::control
