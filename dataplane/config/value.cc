#include "dataplane/config/value.hh"

#include <array>
#include <charconv>

namespace wirebird::config {

namespace {

std::string printed_number(double number) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

struct printer {
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return printed_number(number); }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const datetime& date) const { return date.text; }
  std::string operator()(const array& elements) const {
    std::string text = "[";
    for (const value& element : elements) {
      if (text.size() > 1) text += ' ';
      text += printed(element);
    }
    return text + "]";
  }
  std::string operator()(const map& entries) const {
    std::string text = "map[";
    for (const entry& one : entries) {
      if (text.size() > 4) text += ' ';
      text += one.key + ":" + printed(one.content);
    }
    return text + "]";
  }
};

}  // namespace

std::string_view type_name(const value& of) noexcept {
  constexpr std::array<std::string_view, 7> names{
      "bool",
      "int64",
      "float64",
      "string",
      "time.Time",
      "[]interface {}",
      "map[string]interface {}",
  };
  return names[of.content.index()];
}

std::string printed(const value& of) {
  return std::visit(printer{}, of.content);
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view named = "\a\b\t\n\v\f\r\"\\";
  constexpr std::string_view letters = "abtnvfr\"\\";
  std::string result = "\"";
  for (const char one : text) {
    const auto code = static_cast<unsigned char>(one);
    if (const auto known = named.find(one); known != std::string_view::npos) {
      result += {'\\', letters[known]};
    } else if (code < 0x20 || code == 0x7f) {
      result += "\\x";
      result += {digits[code >> 4], digits[code & 15]};
    } else {
      result += one;
    }
  }
  return result + "\"";
}

}  // namespace wirebird::config
