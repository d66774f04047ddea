#include "dataplane/auth/subject_sets.hh"

#include "protocol/subject.hh"

namespace wirebird::auth {

namespace {

constexpr std::string_view any_token = "*";
constexpr std::string_view any_rest = ">";

}  // namespace

bool includes(std::string_view whole, std::string_view part) noexcept {
  const protocol::tokens wholes(whole);
  const protocol::tokens parts(part);
  auto w = wholes.begin();
  auto p = parts.begin();
  for (; !(w == wholes.end()) && !(p == parts.end()); ++w, ++p) {
    if (*w == any_rest) return true;
    if (*p == any_rest) return false;  // longer subjects than `whole` has
    if (*w != any_token && *w != *p) return false;
  }
  return w == wholes.end() && p == parts.end();
}

bool overlap(std::string_view one, std::string_view other) noexcept {
  const protocol::tokens ones(one);
  const protocol::tokens others(other);
  auto a = ones.begin();
  auto b = others.begin();
  for (; !(a == ones.end()) && !(b == others.end()); ++a, ++b) {
    if (*a == any_rest || *b == any_rest) return true;
    if (*a != any_token && *b != any_token && *a != *b) return false;
  }
  return a == ones.end() && b == others.end();
}

}  // namespace wirebird::auth
