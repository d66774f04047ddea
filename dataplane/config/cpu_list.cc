#include "dataplane/config/cpu_list.hh"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace wirebird::config {

namespace {

constexpr unsigned number_max = 65535;
constexpr std::size_t count_max = 1024;

std::optional<unsigned> parse_number(std::string_view text) noexcept {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > number_max) return {};
  return number;
}

}  // namespace

std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text) {
  std::vector<unsigned> list;
  for (;;) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    const auto dash = std::min(part.find('-'), part.size());
    const auto first = parse_number(part.substr(0, dash));
    const auto last = dash == part.size() ? first : parse_number(part.substr(dash + 1));
    if (!first || !last || *last < *first || list.size() + (*last - *first) >= count_max) return {};
    for (unsigned number = *first; number <= *last; ++number) list.push_back(number);
    if (comma == text.size()) return list;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace wirebird::config
