#include "control/monitor/go_text.hh"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace wirebird::control {

namespace {

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day;

std::tm calendar(std::int64_t ns) {
  const auto seconds = static_cast<std::time_t>(ns / second);
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  return fields;
}

/// `.123` for 123 of `digits` digits 3; nothing for 0.
std::string fraction(std::int64_t value, int digits) {
  if (value == 0) return "";
  std::array<char, 16> text{};
  const int size =
      std::snprintf(text.data(), text.size(), ".%0*lld", digits, static_cast<long long>(value));
  std::string made(text.data(), static_cast<std::size_t>(size));
  while (made.back() == '0') made.pop_back();
  return made;
}

}  // namespace

std::string go_time(std::int64_t ns) {
  const std::tm fields = calendar(ns);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &fields);
  return std::string(text.data(), size) + fraction(ns % second, 9) + "Z";
}

std::string http_date(std::int64_t ns) {
  const std::tm fields = calendar(ns);
  std::array<char, 64> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
  return {text.data(), size};
}

std::string go_duration(std::int64_t ns) {
  if (ns == 0) return "0s";
  if (ns < 0) return "-" + go_duration(-ns);
  if (ns < microsecond) return std::to_string(ns) + "ns";
  if (ns < millisecond)
    return std::to_string(ns / microsecond) + fraction(ns % microsecond, 3) + "\u00b5s";
  if (ns < second) return std::to_string(ns / millisecond) + fraction(ns % millisecond, 6) + "ms";
  std::string text;
  if (ns >= hour) text += std::to_string(ns / hour) + "h";
  if (ns >= minute) text += std::to_string(ns % hour / minute) + "m";
  return text + std::to_string(ns % minute / second) + fraction(ns % second, 9) + "s";
}

std::string round_trip(std::int64_t ns) {
  if (ns >= microsecond && ns < millisecond) ns -= ns % microsecond;
  return go_duration(ns);
}

std::string uptime(std::int64_t ns) {
  if (ns < 0) ns = 0;
  std::string text;
  if (ns >= year) text += std::to_string(ns / year) + "y";
  if (ns >= day) text += std::to_string(ns % year / day) + "d";
  if (ns >= hour) text += std::to_string(ns % day / hour) + "h";
  if (ns >= minute) text += std::to_string(ns % hour / minute) + "m";
  return text + std::to_string(ns % minute / second) + "s";
}

std::string go_number(double value) {
  if (!std::isfinite(value)) return "0";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string go_quoted(std::string_view text) {
  std::string made = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      (made += '\\') += letter;
    } else if (code >= 0x20 && code != 0x7f) {
      made += letter;
    } else if (letter == '\n') {
      made += "\\n";
    } else if (letter == '\r') {
      made += "\\r";
    } else if (letter == '\t') {
      made += "\\t";
    } else {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02x", static_cast<unsigned>(code));
      made += escape.data();
    }
  }
  return made + "\"";
}

}  // namespace wirebird::control
