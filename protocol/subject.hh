#pragma once

#include <string_view>

/// Subject rules (reference: client protocol, subjects and subscriptions). Bytes are raw; only `.`, `*` and `>` mean anything.
namespace wirebird::protocol {

/// Tokens non-empty, `>` as a whole token only at the end: what SUB accepts.
[[nodiscard]] bool is_valid_subscription(std::string_view subject) noexcept;

/// No empty token: a publish subject that can reach anybody at all.
[[nodiscard]] bool is_well_formed(std::string_view subject) noexcept;

/// No empty token and no token that is just `*` or `>`: what pedantic publishing asks for.
[[nodiscard]] bool is_literal(std::string_view subject) noexcept;

/// Some token is just `*` or `>`.
[[nodiscard]] bool has_wildcard(std::string_view subject) noexcept;

/// Whether a message published to `subject` (taken literally) reaches a subscription to `pattern`. The plain definition:
/// also the oracle that tests hold the subject table against. requires: is_valid_subscription(pattern).
[[nodiscard]] bool matches(std::string_view pattern, std::string_view subject) noexcept;

/// Walks the tokens of a subject without copying: `for (std::string_view token : tokens(subject))`.
class tokens {
 public:
  explicit tokens(std::string_view subject) noexcept : rest_(subject) {}
  class iterator;
  struct sentinel {};
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] sentinel end() const noexcept { return {}; }

 private:
  std::string_view rest_;
};

}  // namespace wirebird::protocol
