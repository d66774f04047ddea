#include "dataplane/config/duration.hh"

#include "dataplane/config/value.hh"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace wirebird::config {

namespace {

struct unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
constexpr std::array units{
    unit{"ns", 1},
    unit{"us", 1'000},
    unit{"\u00b5s", 1'000},
    unit{"\u03bcs", 1'000},
    unit{"ms", 1'000'000},
    unit{"s", 1'000'000'000},
    unit{"m", 60'000'000'000},
    unit{"h", 3'600'000'000'000},
};
constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();

bool is_digit(char one) noexcept {
  return one >= '0' && one <= '9';
}

std::optional<std::uint64_t> nanoseconds_of(std::string_view name) noexcept {
  for (const unit& known : units)
    if (known.name == name) return known.nanoseconds;
  return std::nullopt;
}

/// A decimal number in front of `rest`: its whole part, and its fraction of a unit.
struct decimal {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;        ///< digits after the point
  std::uint64_t fraction_scale = 1;  ///< ten to their number
  bool good = false;
};

decimal take_decimal(std::string_view& rest) noexcept {
  decimal number;
  while (!rest.empty() && is_digit(rest[0])) {
    number.good = true;
    if (number.whole > most / 10 - 1) return {};
    number.whole = number.whole * 10 + static_cast<std::uint64_t>(rest[0] - '0');
    rest.remove_prefix(1);
  }
  if (rest.empty() || rest[0] != '.') return number;
  rest.remove_prefix(1);
  constexpr std::uint64_t scale_max = 1'000'000'000'000'000'000;  // later digits count for nothing
  for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1)) {
    number.good = true;
    if (number.fraction_scale == scale_max) continue;
    number.fraction = number.fraction * 10 + static_cast<std::uint64_t>(rest[0] - '0');
    number.fraction_scale *= 10;
  }
  return number;
}

std::string_view take_unit(std::string_view& rest) noexcept {
  std::size_t size = 0;
  while (size < rest.size() && rest[size] != '.' && !is_digit(rest[size])) ++size;
  const std::string_view name = rest.substr(0, size);
  rest.remove_prefix(size);
  return name;
}

}  // namespace

parsed_duration parse_duration(std::string_view text) {
  const auto fault = [text](std::string what) -> parsed_duration {
    return {{}, "time: " + std::move(what) + " " + quoted(text)};
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return {};
  if (rest.empty()) return fault("invalid duration");

  std::uint64_t sum = 0;
  while (!rest.empty()) {
    const decimal number = take_decimal(rest);
    if (!number.good) return fault("invalid duration");
    const std::string_view name = take_unit(rest);
    if (name.empty()) return fault("missing unit in duration");
    const auto scale = nanoseconds_of(name);
    if (!scale) return fault("unknown unit " + quoted(name) + " in duration");
    const auto fraction = static_cast<std::uint64_t>(
        static_cast<long double>(number.fraction) * static_cast<long double>(*scale) /
        static_cast<long double>(number.fraction_scale));
    if (number.whole > (most - fraction) / *scale) return fault("invalid duration");
    const std::uint64_t part = number.whole * *scale + fraction;
    if (part > most - sum) return fault("invalid duration");
    sum += part;
  }
  const auto nanoseconds = static_cast<std::int64_t>(sum);
  return {std::chrono::nanoseconds(negative ? -nanoseconds : nanoseconds), ""};
}

namespace {

/// `whole.fraction` with `digits` digits after the point at most, without trailing zeros.
std::string with_fraction(std::uint64_t value, std::uint64_t scale) {
  std::string text = std::to_string(value / scale);
  std::uint64_t rest = value % scale;
  if (rest == 0) return text;
  text += '.';
  for (std::uint64_t worth = scale / 10; rest > 0; worth /= 10) {
    text += static_cast<char>('0' + rest / worth);
    rest %= worth;
  }
  return text;
}

}  // namespace

std::string to_text(duration length) {
  const std::int64_t signed_count = std::chrono::nanoseconds(length).count();
  if (signed_count == 0) return "0s";
  const std::string sign = signed_count < 0 ? "-" : "";
  const auto count = signed_count < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(signed_count)
                                      : static_cast<std::uint64_t>(signed_count);
  if (count < 1'000) return sign + std::to_string(count) + "ns";
  if (count < 1'000'000) return sign + with_fraction(count, 1'000) + "\u00b5s";
  if (count < 1'000'000'000) return sign + with_fraction(count, 1'000'000) + "ms";
  const std::uint64_t minutes = count / 60'000'000'000;
  std::string text = with_fraction(count % 60'000'000'000, 1'000'000'000) + "s";
  if (minutes == 0) return sign + text;
  text = std::to_string(minutes % 60) + "m" + text;
  return sign + (minutes < 60 ? text : std::to_string(minutes / 60) + "h" + text);
}

}  // namespace wirebird::config
