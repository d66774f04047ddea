#pragma once

#include <cstddef>
#include <string_view>

/// Subject rules (reference: client protocol, subjects and subscriptions). Bytes are raw; only `.`,
/// `*` and `>` mean anything.
namespace wirebird::protocol {

/// Tokens non-empty, `>` as a whole token only at the end: what SUB accepts.
[[nodiscard]] bool is_valid_subscription(std::string_view subject) noexcept;

/// No empty token: a publish subject that can reach anybody at all.
[[nodiscard]] bool is_well_formed(std::string_view subject) noexcept;

/// No empty token and no token that is just `*` or `>`: what pedantic publishing asks for.
[[nodiscard]] bool is_literal(std::string_view subject) noexcept;

/// Some token is just `*` or `>`.
[[nodiscard]] bool has_wildcard(std::string_view subject) noexcept;

/// returns: 1 or more; an empty token counts.
[[nodiscard]] std::size_t count_tokens(std::string_view subject) noexcept;

/// Whether a message published to `subject` (taken literally) reaches a subscription to `pattern`.
/// The plain definition: also the oracle that tests hold the subject table against. requires:
/// is_valid_subscription(pattern).
[[nodiscard]] bool matches(std::string_view pattern, std::string_view subject) noexcept;

/// Walks the tokens of a subject without copying: `for (std::string_view token : tokens(subject))`.
/// What stands between two dots is a token, also when it is empty; so an empty subject has one,
/// empty.
class tokens {
 public:
  explicit tokens(std::string_view subject) noexcept : subject_(subject) {}
  class iterator;
  struct sentinel {};
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] sentinel end() const noexcept { return {}; }

 private:
  std::string_view subject_;
};

class tokens::iterator {
 public:
  [[nodiscard]] std::string_view operator*() const noexcept { return token_; }
  iterator& operator++() noexcept {
    at_end_ = !more_;
    if (more_) take();
    return *this;
  }
  [[nodiscard]] bool operator==(sentinel) const noexcept { return at_end_; }

 private:
  friend class tokens;
  explicit iterator(std::string_view subject) noexcept : rest_(subject) { take(); }

  void take() noexcept {
    const std::size_t dot = rest_.find('.');
    more_ = dot != std::string_view::npos;
    token_ = rest_.substr(0, dot);
    if (more_) rest_.remove_prefix(dot + 1);
  }

  std::string_view token_;
  std::string_view rest_;
  bool more_ = false;
  bool at_end_ = false;
};

inline tokens::iterator tokens::begin() const noexcept {
  return iterator(subject_);
}

}  // namespace wirebird::protocol
