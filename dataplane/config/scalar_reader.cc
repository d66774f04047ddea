#include "dataplane/config/scalar_reader.hh"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace wirebird::config {

namespace {

bool is_digit(char one) noexcept {
  return one >= '0' && one <= '9';
}

char lower(char one) noexcept {
  return one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
}

std::string take_digits(text_cursor& from) {
  std::string digits;
  while (is_digit(from.peek())) digits += from.take();
  return digits;
}

[[noreturn]] void out_of_range(const std::string& digits) {
  throw syntax_error("integer '" + digits + "' is out of the range");
}

std::int64_t scaled(const std::string& digits, std::int64_t scale) {
  std::int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, number).ec != std::errc{}) out_of_range(digits);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (number > most / scale || number < -(most / scale)) out_of_range(digits);
  return number * scale;
}

/// What a size suffix multiplies by, and how long it is; nothing where none stands.
struct suffix {
  std::int64_t scale;
  std::size_t size;
};
std::optional<suffix> suffix_at(const text_cursor& at) noexcept {
  constexpr std::string_view letters = "kmgtpe";
  const auto power = letters.find(lower(at.peek()));
  if (at.at_end() || power == std::string_view::npos) return std::nullopt;
  std::size_t size = 1;
  if (lower(at.peek(size)) == 'i') ++size;
  if (lower(at.peek(size)) == 'b') ++size;
  std::int64_t scale = 1;
  for (std::size_t i = 0; i <= power; ++i) scale *= size == 1 ? 1000 : 1024;
  return suffix{scale, size};
}

bool ends_number(char one, bool in_array) noexcept {
  constexpr std::string_view ends(" \t\r\n,;}\0", 8);
  return ends.find(one) != std::string_view::npos || (in_array && one == ']');
}

/// `YYYY-MM-DDTHH:MM:SSZ`, of which the year is read.
value read_date(text_cursor& from, std::string year) {
  if (year.size() != 4) {
    from.take();
    from.fail("All ISO8601 dates must be in full Zulu form.");
  }
  std::string text = std::move(year);
  for (const char wanted : std::string_view("-dd-ddTdd:dd:ddZ")) {
    const char found = from.peek();
    if (wanted == 'd' ? !is_digit(found) : found != wanted) {
      from.fail_at_character(
          std::string("Expected '") + wanted + "' in ISO8601 datetime, but found ", " instead.");
    }
    text += from.take();
  }
  return {datetime{text}, {}, false};
}

/// requires: at the point after `whole`. returns: nothing for what turns out to be an address.
std::optional<value> read_fraction(text_cursor& from, const std::string& whole) {
  from.take();
  if (!is_digit(from.peek()))
    from.fail_at_character("Floats must have a digit after the '.', but got ", " instead.");
  const std::string text = whole + "." + take_digits(from);
  if (from.peek() == '.') return std::nullopt;
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return value{number, {}, false};
}

void append_escaped(text_cursor& from, std::string& into) {
  from.take();
  constexpr std::string_view names = "tnr\"\\";
  constexpr std::string_view meanings = "\t\n\r\"\\";
  const char name = from.peek();
  if (name == 'x') {
    from.take();
    const std::string_view digits = from.ahead(2);
    unsigned code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2)
      from.fail("Expected two hexadecimal digits after '\\x', but got '" + std::string(digits) +
                "'");
    from.take();
    from.take();
    into += static_cast<char>(code);
    return;
  }
  const auto known = names.find(name);
  if (from.at_end() || known == std::string_view::npos)
    from.fail_at_character("Invalid escape character ",
                           ". Only the following escape characters are allowed: "
                           "\\xXX, \\t, \\n, \\r, \\\", \\\\.");
  from.take();
  into += meanings[known];
}

}  // namespace

value read_number(text_cursor& from, bool in_array) {
  const text_cursor start = from;
  const bool negative = from.peek() == '-';
  if (negative) {
    from.take();
    if (!is_digit(from.peek())) from.fail_at_character("Expected a digit but got ", ".");
  }
  const std::string digits = (negative ? "-" : "") + take_digits(from);
  const auto as_text = [&]() -> value {
    from = start;
    return {read_bare(from).text, {}, false};
  };
  if (from.peek() == '.') {
    auto number = read_fraction(from, digits);
    return number ? *number : as_text();
  }
  if (from.peek() == '-' && !negative) return read_date(from, digits);
  std::int64_t scale = 1;
  if (const auto size = suffix_at(from)) {
    const char after = from.peek(size->size);
    if (!negative && !ends_number(after, true) && !is_digit(after)) return as_text();
    scale = size->scale;
    for (std::size_t i = 0; i < size->size; ++i) from.take();
  } else if (!negative && !ends_number(from.peek(), in_array)) {
    return as_text();
  }
  return {scaled(digits, scale), {}, false};
}

std::string read_quoted(text_cursor& from) {
  const char quote = from.take();
  std::string text;
  for (;;) {
    if (from.at_end()) from.fail("Unexpected EOF.");
    if (from.peek() == quote) break;
    if (quote == '"' && from.peek() == '\\')
      append_escaped(from, text);
    else
      text += from.take();
  }
  from.take();
  return text;
}

std::string read_block(text_cursor& from) {
  from.take();
  std::string text;
  for (;;) {
    if (from.at_end()) from.fail("Unexpected EOF processing block.");
    const bool line_ends = from.peek() == '\n';
    text += from.take();
    if (!line_ends || from.peek() != ')') continue;
    text_cursor after = from;
    after.take();
    after.skip_blanks();
    if (!after.at_end() && after.peek() != '\n') continue;
    from.take();
    return text;
  }
}

bare_text read_bare(text_cursor& from) {
  constexpr std::string_view ends = "\n,;}]";
  bare_text result;
  while (!from.at_end() && !from.at_blank() && ends.find(from.peek()) == std::string_view::npos) {
    if (from.peek() == '\\') {
      append_escaped(from, result.text);
      result.has_escapes = true;
    } else if (from.peek() == '\'') {
      from.take();
      return result;
    } else {
      result.text += from.take();
    }
  }
  return result;
}

}  // namespace wirebird::config
