#include "dataplane/config/flags.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

namespace wirebird::config {

namespace {

/// Calls `take` with each name until it says true. returns: whether it did.
template <typename Take>
bool any_name(const flag& of, Take take) {
  std::string_view rest = of.names;
  while (!rest.empty()) {
    const auto blank = std::min(rest.find(' '), rest.size());
    if (take(rest.substr(0, blank))) return true;
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  return false;
}

const flag* find_flag(std::string_view spelling) {
  for (const flag_group& group : all_flags())
    for (const flag& one : group.flags)
      if (any_name(one, [spelling](std::string_view name) { return name == spelling; }))
        return &one;
  return nullptr;
}

/// The words that Go's strconv.ParseBool knows.
std::optional<bool> as_boolean(std::string_view text) noexcept {
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == word) return true;
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == word) return false;
  return std::nullopt;
}

struct number {
  std::int64_t value = 0;
  std::string_view fault;  ///< Go's words, or empty
};

/// As Go reads an integer without a given base: `10`, `0x1f`, `0o17`, `017`, `0b11`, `1_000`.
number as_number(std::string_view text) {
  constexpr std::string_view parse_error = "parse error";
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::string digits;
  for (const char one : text)
    if (one != '_') digits += one;
  if (digits.empty() || text.ends_with('_')) return {0, parse_error};
  std::uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, magnitude, base);
  if (parsed.ptr != end) return {0, parse_error};
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (parsed.ec != std::errc{} || magnitude > most) return {0, "value out of range"};
  const auto value = static_cast<std::int64_t>(magnitude);
  return {negative ? -value : value, {}};
}

/// returns: what is wrong with the value, in Go's words, or an empty text.
std::string add_flag(const flag& known, const std::string& spelling,
                     const std::optional<std::string>& text, std::vector<given_flag>& given) {
  if (!text) return "flag needs an argument: -" + spelling;
  value content;
  if (known.kind == flag_kind::boolean) {
    const auto truth = as_boolean(*text);
    if (!truth)
      return "invalid boolean value " + quoted(*text) + " for -" + spelling + ": parse error";
    content.content = *truth;
  } else if (known.kind == flag_kind::number) {
    const number read = as_number(*text);
    if (!read.fault.empty())
      return "invalid value " + quoted(*text) + " for flag -" + spelling + ": " +
             std::string(read.fault);
    content.content = read.value;
  } else {
    content.content = *text;
  }
  given.push_back({&known, std::move(content)});
  return "";
}

std::string spellings(const flag& of) {
  std::string text;
  any_name(of, [&text](std::string_view name) {
    text += text.empty() ? "" : ", ";
    text += (name.size() <= 2 || name == "DVV" ? "-" : "--") + std::string(name);
    return false;
  });
  if (of.kind != flag_kind::boolean) text += " <" + std::string(of.value) + ">";
  return text;
}

}  // namespace

std::string_view flag::name() const noexcept {
  const auto blank = names.rfind(' ');
  return blank == std::string_view::npos ? names : names.substr(blank + 1);
}

std::string usage(std::string_view program) {
  constexpr std::size_t help_column = 44;
  std::string text = "\nUsage: " + std::string(program) + " [options]\n";
  for (const flag_group& group : all_flags()) {
    text += "\n" + std::string(group.title) + ":\n";
    for (const flag& one : group.flags) {
      if (one.help.empty()) continue;
      std::string line = "    " + spellings(one);
      line.resize(std::max(line.size() + 1, help_column), ' ');
      text += line + std::string(one.help) + "\n";
    }
  }
  return text;
}

parsed_flags parse_flags(std::span<const char* const> arguments) {
  parsed_flags result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool ends_flags = argument == "--";
    if (ends_flags || argument.size() < 2 || argument[0] != '-') {
      for (std::size_t k = i + (ends_flags ? 1 : 0); k < arguments.size(); ++k)
        result.words.emplace_back(arguments[k]);
      return result;
    }
    const std::string_view text = argument.substr(argument[1] == '-' ? 2 : 1);
    if (text.empty() || text[0] == '-' || text[0] == '=') {
      result.error = "bad flag syntax: " + std::string(argument);
      return result;
    }
    const auto equals = text.find('=');
    const std::string spelling(text.substr(0, equals));
    const flag* const known = find_flag(spelling);
    if (known == nullptr) {
      result.error = "flag provided but not defined: -" + spelling;
      return result;
    }
    std::optional<std::string> content;
    if (equals != std::string_view::npos)
      content = text.substr(equals + 1);
    else if (known->kind == flag_kind::boolean)
      content = "true";
    else if (i + 1 < arguments.size())
      content = arguments[++i];
    result.error = add_flag(*known, spelling, content, result.given);
    if (!result.error.empty()) return result;
  }
  return result;
}

}  // namespace wirebird::config
