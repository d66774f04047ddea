#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wirebird::config {

/// Where something stands in a configuration file. `column` counts from 0 on line 1 and from 1 on
/// later lines, as nats-server 2.9.10 counts. Without a file: it came from a flag.
struct position {
  std::shared_ptr<const std::string> file;
  int line = 1;
  int column = 0;
};

struct entry;
struct value;
using array = std::vector<value>;
/// In the order of the file, every key once: a repeated key overrides.
using map = std::vector<entry>;

/// Only that it is one is of interest: no option wants a date.
struct datetime {
  std::string text;
};

/// A value of a configuration file, or of a flag. Of a map's entry the position is the key's.
struct value {
  std::variant<bool, std::int64_t, double, std::string, datetime, array, map> content;
  position where;
  bool is_variable = false;  ///< of an entry: a `$NAME` stood for it

  template <typename T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&content);
  }
};

struct entry {
  std::string key;
  value content;
};

/// As Go names the type in its complaints: `int64`, `[]interface {}` and so on.
[[nodiscard]] std::string_view type_name(const value&) noexcept;
/// As Go's `%v` prints it.
[[nodiscard]] std::string printed(const value&);
/// As Go's `%q` prints text.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace wirebird::config
