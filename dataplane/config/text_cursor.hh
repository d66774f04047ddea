#pragma once

#include "dataplane/config/value.hh"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wirebird::config {

/// A file that is no configuration. Thrown and caught within this room.
struct syntax_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where a reader of configuration text stands. Beyond the end every character is a NUL.
class text_cursor {
 public:
  text_cursor(std::string_view text, std::shared_ptr<const std::string> file) noexcept
      : text_(text), file_(std::move(file)) {}

  [[nodiscard]] bool at_end() const noexcept { return next_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return next_ + ahead < text_.size() ? text_[next_ + ahead] : '\0';
  }
  char take() noexcept;
  [[nodiscard]] bool starts_with(std::string_view what) const noexcept {
    return text_.substr(next_).starts_with(what);
  }
  /// The `count` characters from here on, as many as there are.
  [[nodiscard]] std::string_view ahead(std::size_t count) const noexcept {
    return text_.substr(next_, count);
  }

  void skip_blanks() noexcept;
  /// Blanks, line ends and comments.
  void skip_between() noexcept;
  void skip_comment() noexcept;
  [[nodiscard]] bool at_blank() const noexcept;
  [[nodiscard]] bool at_comment() const noexcept;

  [[nodiscard]] position here() const;
  [[nodiscard]] int line() const noexcept { return line_; }
  /// Throws nats-server's complaint about the current line.
  [[noreturn]] void fail(const std::string& what) const;
  /// Takes one character and throws `before` + that character + `after`.
  [[noreturn]] void fail_at_character(const std::string& before, const std::string& after);

 private:
  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::size_t next_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace wirebird::config
