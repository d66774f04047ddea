#include "tests/differential/case_file.hh"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace wirebird::differential {
namespace {

// What clients commonly say first, by the name that a case calls it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> presets{{
    {"ordinary",
     R"({"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1})"},
    {"headers", R"({"verbose":false,"pedantic":false,"headers":true})"},
    {"plain", R"({"verbose":false,"pedantic":false})"},
    {"pedantic", R"({"verbose":false,"pedantic":true,"headers":true})"},
    {"verbose", R"({"verbose":true,"pedantic":false,"headers":true})"},
    {"strict", R"({"verbose":true,"pedantic":true,"headers":true,"no_responders":true})"},
    {"echo_off",
     R"({"verbose":false,"pedantic":false,"echo":false,"headers":true,"no_responders":true})"},
    {"nobody", "{}"},
    {"bare", ""},
}};

struct variable {
  std::string name;
  std::vector<std::string> values;
};

/// The lines of one case, before `each` is expanded.
struct raw_case {
  std::string name;
  std::string place;
  std::vector<variable> each;
  std::vector<std::string> lines;
};

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(' ');
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(' ') - from + 1));
}

// returns: the first word, and what follows it.
std::pair<std::string, std::string> first_word(const std::string& line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string::npos) return {line, ""};
  return {line.substr(0, blank), trimmed(line.substr(blank))};
}

variable read_each(const std::string& text) {
  const std::size_t equals = text.find(" = ");
  if (equals == std::string::npos) throw std::runtime_error("each NAME = VALUE | VALUE");
  variable read{.name = text.substr(0, equals), .values = {}};
  for (std::size_t at = equals + 3; at <= text.size();) {
    const std::size_t bar = std::min(text.find(" | ", at), text.size());
    read.values.push_back(trimmed(text.substr(at, bar - at)));
    at = bar + 3;
  }
  return read;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
  return text;
}

std::string connect_line(const std::string& said) {
  for (const auto& [name, json] : presets)
    if (said == name) return json.empty() ? "" : "CONNECT " + std::string(json) + "\r\n";
  return said.starts_with('{') ? "CONNECT " + unescaped(said) + "\r\n" : unescaped(said);
}

/// Turns the lines of a case into a dialogue.
class case_reader {
 public:
  case_reader(std::string name, std::string place) {
    made_.name = std::move(name);
    made_.place = std::move(place);
  }

  void read(const std::string& line) {
    const auto [word, rest] = first_word(line);
    if (word == "server") {
      made_.server.push_back(rest);
    } else if (word == "default") {
      said_first_ = rest;
    } else if (word == "members") {
      std::istringstream members(rest);
      for (std::string member; members >> member;) made_.members.insert(unescaped(member));
    } else if (word.size() == 1) {
      read_step(word.front(), rest);
    } else {
      throw std::runtime_error("no such line: " + line);
    }
  }

  [[nodiscard]] dialogue made() && { return std::move(made_); }

 private:
  void read_step(char connection, const std::string& text) {
    const auto [sign, bytes] = first_word(text);
    if (sign == "=" && bytes == "silent") {
      add(connection, action::arrive, "");
      return;
    }
    if (sign == "=") {
      add(connection, action::open, connect_line(bytes));
      return;
    }
    if (open_.find(connection) == std::string::npos)
      add(connection, action::open, connect_line(said_first_));
    if (sign == ">") {
      add(connection, action::send, unescaped(bytes));
    } else if (sign == "~") {
      add(connection, action::part, unescaped(bytes));
    } else if (sign == "!") {
      add(connection, action::finish, unescaped(bytes));
    } else if (sign == "w") {
      add(connection, action::wait, "");
    } else if (sign == "x") {
      add(connection, action::abort, "");
    } else {
      throw std::runtime_error("a step is one of = > ~ ! w x, not " + sign);
    }
  }

  void add(char connection, action what, std::string bytes) {
    if (what == action::open || what == action::arrive) open_ += connection;
    made_.steps.push_back({.connection = connection, .what = what, .bytes = std::move(bytes)});
  }

  dialogue made_;
  std::string said_first_ = "ordinary";
  std::string open_;  ///< the connections that have been opened
};

// Adds one dialogue for each combination of the values of `from.each[next]` and those behind it.
void expand(const raw_case& from, std::size_t next, std::vector<dialogue>& out) {
  if (next == from.each.size()) {
    case_reader reader(from.name, from.place);
    for (const std::string& line : from.lines) reader.read(line);
    out.push_back(std::move(reader).made());
    return;
  }
  for (const std::string& value : from.each[next].values) {
    raw_case one = from;
    const std::string placeholder = "<" + from.each[next].name + ">";
    one.name = replaced(one.name, placeholder, value);
    for (std::string& line : one.lines) line = replaced(line, placeholder, value);
    expand(one, next + 1, out);
  }
}

}  // namespace

std::vector<dialogue> read_cases(const std::string& text, const std::string& place) {
  std::vector<raw_case> raw;
  std::istringstream input(text);
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    const auto [word, rest] = first_word(line);
    const std::string here = place + ":" + std::to_string(number);
    if (word == "case") {
      raw.push_back({.name = rest, .place = here, .each = {}, .lines = {}});
    } else if (raw.empty()) {
      throw std::runtime_error(here + ": a file begins with a case");
    } else if (word == "each") {
      raw.back().each.push_back(read_each(rest));
    } else {
      raw.back().lines.push_back(line);
    }
  }
  std::vector<dialogue> cases;
  for (const raw_case& one : raw) {
    try {
      expand(one, 0, cases);
    } catch (const std::exception& wrong) {
      throw std::runtime_error(one.place + ": " + wrong.what());
    }
  }
  return cases;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace wirebird::differential
