#include "protocol/subject.hh"

#include <algorithm>

namespace wirebird::protocol {
namespace {

bool is_wildcard(std::string_view token) noexcept {
  return token == "*" || token == ">";
}

}  // namespace

bool is_valid_subscription(std::string_view subject) noexcept {
  bool ended = false;
  for (const std::string_view token : tokens(subject)) {
    if (token.empty() || ended) return false;
    ended = token == ">";
  }
  return true;
}

bool is_well_formed(std::string_view subject) noexcept {
  for (const std::string_view token : tokens(subject))
    if (token.empty()) return false;
  return true;
}

bool is_literal(std::string_view subject) noexcept {
  for (const std::string_view token : tokens(subject))
    if (token.empty() || is_wildcard(token)) return false;
  return true;
}

bool has_wildcard(std::string_view subject) noexcept {
  for (const std::string_view token : tokens(subject))
    if (is_wildcard(token)) return true;
  return false;
}

std::size_t count_tokens(std::string_view subject) noexcept {
  return 1 + static_cast<std::size_t>(std::count(subject.begin(), subject.end(), '.'));
}

bool matches(std::string_view pattern, std::string_view subject) noexcept {
  if (!is_well_formed(subject)) return false;
  const tokens wanted(pattern);
  const tokens given(subject);
  auto want = wanted.begin();
  auto have = given.begin();
  while (want != wanted.end() && have != given.end()) {
    if (*want == ">") return true;
    if (*want != "*" && *want != *have) return false;
    ++want;
    ++have;
  }
  return want == wanted.end() && have == given.end();
}

}  // namespace wirebird::protocol
