#include "dataplane/config/text_cursor.hh"

#include <algorithm>

namespace wirebird::config {

char text_cursor::take() noexcept {
  const char taken = peek();
  if (at_end()) return taken;
  ++next_;
  if (taken == '\n') {
    ++line_;
    line_start_ = next_;
  }
  return taken;
}

bool text_cursor::at_blank() const noexcept {
  return peek() == ' ' || peek() == '\t' || peek() == '\r';
}

bool text_cursor::at_comment() const noexcept {
  return peek() == '#' || starts_with("//");
}

void text_cursor::skip_blanks() noexcept {
  while (at_blank()) take();
}

void text_cursor::skip_comment() noexcept {
  while (!at_end() && peek() != '\n') take();
}

void text_cursor::skip_between() noexcept {
  for (;;) {
    if (at_blank() || peek() == '\n')
      take();
    else if (at_comment())
      skip_comment();
    else
      return;
  }
}

position text_cursor::here() const {
  const auto column = static_cast<int>(next_ - line_start_);
  return {file_, line_, line_ == 1 ? column : column + 1};
}

void text_cursor::fail(const std::string& what) const {
  throw syntax_error("Parse error on line " + std::to_string(line_) + ": '" + what + "'");
}

void text_cursor::fail_at_character(const std::string& before, const std::string& after) {
  const char first = peek();
  std::string shown;
  if (at_end())
    shown = "\\0";
  else if (first == '\n')
    shown = "\\n";
  else if (first == '\r')
    shown = "\\r";
  else
    shown = first;
  take();
  // The other bytes of a character of several, as UTF-8 marks them.
  while ((static_cast<unsigned char>(peek()) & 0xc0U) == 0x80U) shown += take();
  fail(before + "'" + shown + "'" + after);
}

}  // namespace wirebird::config
