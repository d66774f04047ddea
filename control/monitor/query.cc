#include "control/monitor/query.hh"

#include "control/monitor/go_text.hh"

#include <algorithm>
#include <charconv>

namespace wirebird::control {

namespace {

[[nodiscard]] int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// `kind`: int or uint64, as the error names it. `function`: Go's, as it names itself.
template <typename Number>
Number number(std::string_view name, std::string_view text, std::string_view kind,
              std::string_view function) {
  if (text.empty()) return 0;
  const bool plus = std::is_signed_v<Number> && text.front() == '+' && text.substr(1, 1) != "-";
  const std::string_view digits = plus ? text.substr(1) : text;
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_whole = end == digits.data() + digits.size() && !digits.empty();
  if (error == std::errc{} && is_whole) return value;
  const bool is_large = error == std::errc::result_out_of_range && is_whole;
  throw bad_query("Error decoding " + std::string(kind) + " for '" + std::string(name) +
                  "': strconv." + std::string(function) + ": parsing " + go_quoted(text) + ": " +
                  (is_large ? "value out of range" : "invalid syntax"));
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      made += ' ';
    } else if (text[i] != '%') {
      made += text[i];
    } else {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      made += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return made;
}

query::query(std::string_view text) {
  while (!text.empty() && parameters_.size() < parameters_max) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty() || pair.find(';') != pair.npos) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (name && value) parameters_.emplace_back(std::move(*name), std::move(*value));
  }
}

std::string_view query::text(std::string_view name) const noexcept {
  for (const auto& [key, value] : parameters_)
    if (key == name) return value;
  return {};
}

bool query::boolean(std::string_view name) const {
  const std::string_view value = text(name);
  if (value.empty()) return false;
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"})
    if (value == word) return true;
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"})
    if (value == word) return false;
  throw bad_query("Error decoding boolean for '" + std::string(name) +
                  "': strconv.ParseBool: parsing " + go_quoted(value) + ": invalid syntax");
}

std::int64_t query::integer(std::string_view name) const {
  return number<std::int64_t>(name, text(name), "int", "Atoi");
}

std::uint64_t query::unsigned_integer(std::string_view name) const {
  return number<std::uint64_t>(name, text(name), "uint64", "ParseUint");
}

}  // namespace wirebird::control
