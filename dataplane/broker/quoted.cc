#include "dataplane/broker/quoted.hh"

#include "protocol/utf8.hh"

#include <cstdint>

namespace wirebird::broker {

namespace {

struct range {
  std::uint32_t first;
  std::uint32_t last;
};
/// Unicode 15, categories Cc, Cf, Cn (noncharacters), Co, Zl, Zp and Zs without U+0020.
constexpr range not_printable[] = {
    {0x7f, 0xa0},        {0xad, 0xad},     {0x600, 0x605},   {0x61c, 0x61c},   {0x6dd, 0x6dd},
    {0x70f, 0x70f},      {0x890, 0x891},   {0x8e2, 0x8e2},   {0x1680, 0x1680}, {0x180e, 0x180e},
    {0x2000, 0x200f},    {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000}, {0xe000, 0xf8ff},
    {0xfdd0, 0xfdef},    {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe00ff},
    {0xe01f0, 0x10ffff},
};

bool is_printable(std::uint32_t character) noexcept {
  if ((character & 0xfffe) == 0xfffe) return false;
  for (const range& one : not_printable)
    if (character >= one.first && character <= one.last) return false;
  return true;
}

/// requires: `text` is one character in UTF-8.
std::uint32_t decode(std::string_view text) noexcept {
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (text.size() == 1) return first;
  std::uint32_t character = first & (0xffU >> (text.size() + 1));
  for (const char next : text.substr(1))
    character = character << 6 | (static_cast<std::uint8_t>(next) & 0x3fU);
  return character;
}

void append_hex(std::string& out, std::string_view prefix, std::uint32_t value, unsigned digits) {
  out.append(prefix);
  while (digits-- > 0) out.push_back("0123456789abcdef"[value >> (4 * digits) & 0xf]);
}

void append_ascii(std::string& out, char character) {
  static constexpr std::string_view named = "\a\b\t\n\v\f\r";
  static constexpr std::string_view names = "abtnvfr";
  const auto value = static_cast<std::uint8_t>(character);
  if (const std::size_t at = named.find(character); at != std::string_view::npos)
    out.append({'\\', names[at]});
  else if (character == '"' || character == '\\')
    out.append({'\\', character});
  else if (value < 0x20 || value == 0x7f)
    append_hex(out, "\\x", value, 2);
  else
    out.push_back(character);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out(1, '"');
  while (!text.empty()) {
    const std::size_t length = protocol::utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (length == 0)
      append_hex(out, "\\x", static_cast<std::uint8_t>(character[0]), 2);
    else if (length == 1)
      append_ascii(out, character[0]);
    else if (const std::uint32_t value = decode(character); is_printable(value))
      out.append(character);
    else if (value > 0xffff)
      append_hex(out, "\\U", value, 8);
    else
      append_hex(out, "\\u", value, 4);
  }
  return out.append(1, '"');
}

std::string_view text_of_error(std::string_view line) noexcept {
  constexpr std::string_view begin = "-ERR '";
  constexpr std::string_view end = "'\r\n";
  if (!line.starts_with(begin) || !line.ends_with(end)) return line;
  return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

}  // namespace wirebird::broker
