#include "protocol/headers.hh"

#include "protocol/arguments.hh"

namespace wirebird::protocol {
namespace {

constexpr std::string_view version = "NATS/1.0";

/// Takes one line off the front of `text`, its line end included, and returns it without.
std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t lf = text.find('\n');
  std::string_view line = text.substr(0, lf);
  text.remove_prefix(lf == std::string_view::npos ? text.size() : lf + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

headers::headers(std::string_view block) noexcept {
  if (!block.starts_with(version)) return;
  valid_ = true;
  lines_ = block;
  const std::string_view rest = trimmed(take_line(lines_).substr(version.size()));
  const std::size_t end = rest.find_first_of(" \t");
  status_ = rest.substr(0, end);
  description_ = trimmed(rest.substr(status_.size()));
}

headers::iterator headers::begin() const noexcept {
  return iterator(lines_);
}

headers::iterator& headers::iterator::operator++() noexcept {
  while (!rest_.empty()) {
    const std::string_view line = take_line(rest_);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    pair_ = {line.substr(0, colon), trimmed(line.substr(colon + 1))};
    return *this;
  }
  at_end_ = true;
  return *this;
}

}  // namespace wirebird::protocol
