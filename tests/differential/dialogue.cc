#include "tests/differential/dialogue.hh"

#include <array>
#include <stdexcept>

namespace wirebird::differential {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

char sign_of(action what) {
  switch (what) {
    case action::arrive:
    case action::open: return '=';
    case action::send: return '>';
    case action::part: return '~';
    case action::finish: return '!';
    case action::wait: return 'w';
    case action::abort: return 'x';
  }
  return '?';
}

unsigned nibble(char digit) {
  const std::size_t at = hex.find(digit);
  if (at == std::string_view::npos) throw std::runtime_error("\\x wants two of 0-9 a-f");
  return static_cast<unsigned>(at);
}

// Reads one escape behind its backslash. returns: what it stands for; `text` begins behind it.
std::string take_escape(std::string_view& text) {
  if (text.empty()) throw std::runtime_error("a backslash at the end");
  const char kind = text.front();
  text.remove_prefix(1);
  switch (kind) {
    case 'r': return "\r";
    case 'n': return "\n";
    case 't': return "\t";
    case 's': return " ";
    case 'e': return "";
    case '\\': return "\\";
    case 'x': {
      if (text.size() < 2) throw std::runtime_error("\\x wants two digits");
      const char byte = static_cast<char>(nibble(text[0]) * 16 + nibble(text[1]));
      text.remove_prefix(2);
      return std::string(1, byte);
    }
    case '{': {
      const std::size_t blank = text.find(' ');
      const std::size_t end = text.find('}');
      if (blank > end || end == std::string_view::npos) throw std::runtime_error("\\{ unfinished");
      const int count = std::stoi(std::string(text.substr(0, blank)));
      const std::string piece = unescaped(text.substr(blank + 1, end - blank - 1));
      text.remove_prefix(end + 1);
      std::string repeated;
      for (int i = 0; i < count; ++i) repeated += piece;
      return repeated;
    }
    default: throw std::runtime_error(std::string("unknown escape \\") + kind);
  }
}

// Runs of one byte shrink to \{COUNT TEXT}, so that a large payload stays readable.
std::string escaped_runs(std::string_view bytes) {
  constexpr std::size_t run_min = 32;
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find_first_not_of(bytes[at], at), bytes.size());
    if (end - at >= run_min && bytes[at] != '}') {
      text += "\\{" + std::to_string(end - at) + " " + escaped(bytes.substr(at, 1)) + "}";
    } else {
      text += escaped(bytes.substr(at, end - at));
    }
    at = end;
  }
  return text;
}

}  // namespace

std::string escaped(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    switch (byte) {
      case '\r': text += "\\r"; break;
      case '\n': text += "\\n"; break;
      case '\t': text += "\\t"; break;
      case '\\': text += "\\\\"; break;
      default:
        if (value >= 0x20 && value < 0x7f) {
          text += byte;
        } else {
          text += {'\\', 'x', hex[value / 16], hex[value % 16]};
        }
    }
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const char next = text.front();
    text.remove_prefix(1);
    if (next == '\\') {
      bytes += take_escape(text);
    } else {
      bytes += next;
    }
  }
  return bytes;
}

std::string text_of(const dialogue& shown) {
  std::string text = "case " + shown.name + "\n";
  for (const std::string& line : shown.server) text += "server " + line + "\n";
  if (!shown.members.empty()) {
    text += "members";
    for (const std::string& member : shown.members) text += " " + escaped(member);
    text += "\n";
  }
  for (const step& one : shown.steps) {
    std::string bytes = escaped_runs(one.bytes);
    if (bytes.ends_with(' ')) bytes.replace(bytes.size() - 1, 1, "\\s");
    if (bytes.starts_with(' ')) bytes.replace(0, 1, "\\s");
    text += {one.connection, ' ', sign_of(one.what)};
    if (bytes.empty() && one.what == action::open) bytes = "bare";
    if (one.what == action::arrive) bytes = "silent";
    text += (bytes.empty() ? "" : " ") + bytes + "\n";
  }
  return text;
}

}  // namespace wirebird::differential
