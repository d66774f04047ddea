#include "protocol/json_writer.hh"

#include "protocol/utf8.hh"

#include <algorithm>
#include <utility>

namespace wirebird::protocol {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

void append_code(std::string& out, unsigned code) {
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += hex[(code >> shift) & 0xf];
}

void append_ascii(std::string& out, char byte) {
  switch (byte) {
    case '"':
    case '\\': (out += '\\') += byte; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '<':
    case '>':
    case '&': append_code(out, static_cast<unsigned char>(byte)); return;
    default: break;
  }
  if (static_cast<unsigned char>(byte) < 0x20)
    append_code(out, static_cast<unsigned char>(byte));
  else
    out += byte;
}

// What stands for itself, and all that most texts consist of.
bool is_plain(char byte) noexcept {
  return byte >= ' ' && byte < '\x7f' && byte != '"' && byte != '\\' && byte != '<' &&
         byte != '>' && byte != '&';
}

}  // namespace

void append_json_string(std::string& out, std::string_view value) {
  out += '"';
  while (!value.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(value.begin(), value.end(), is_plain) - value.begin());
    out += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    const std::size_t length = utf8_length(value);
    const std::string_view scalar = value.substr(0, length);
    if (length == 0)
      append_code(out, 0xfffd);
    else if (length == 1)
      append_ascii(out, value.front());
    else if (scalar == "\u2028" || scalar == "\u2029")
      append_code(out, scalar == "\u2028" ? 0x2028 : 0x2029);
    else
      out += scalar;
    value.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void json_object_writer::begin_member(std::string_view key) {
  text_ += text_.empty() ? '{' : ',';
  append_json_string(text_, key);
  text_ += ':';
}

void json_object_writer::add(std::string_view key, std::string_view value) {
  begin_member(key);
  append_json_string(text_, value);
}

void json_object_writer::add(std::string_view key, bool value) {
  begin_member(key);
  text_ += value ? "true" : "false";
}

void json_object_writer::add(std::string_view key, std::int64_t value) {
  begin_member(key);
  text_ += std::to_string(value);
}

void json_object_writer::add(std::string_view key, std::uint64_t value) {
  begin_member(key);
  text_ += std::to_string(value);
}

void json_object_writer::add(std::string_view key, std::span<const std::string> values) {
  begin_member(key);
  char before = '[';
  for (const std::string& value : values) {
    text_ += std::exchange(before, ',');
    append_json_string(text_, value);
  }
  text_ += values.empty() ? "[]" : "]";
}

std::string json_object_writer::finish() && {
  text_ += text_.empty() ? "{}" : "}";
  return std::move(text_);
}

}  // namespace wirebird::protocol
