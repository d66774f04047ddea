#include "dataplane/config/file_reader.hh"

#include "dataplane/config/scalar_reader.hh"
#include "dataplane/config/text_cursor.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace wirebird::config {

namespace {

std::string lowered(std::string text) {
  for (char& one : text)
    if (one >= 'A' && one <= 'Z') one = static_cast<char>(one - 'A' + 'a');
  return text;
}

std::optional<bool> truth_of(const std::string& text) {
  const std::string word = lowered(text);
  for (const std::string_view known : {"true", "yes", "on"})
    if (word == known) return true;
  for (const std::string_view known : {"false", "no", "off"})
    if (word == known) return false;
  return std::nullopt;
}

void set(map& into, entry added) {
  const auto known = std::ranges::find(into, added.key, &entry::key);
  if (known == into.end())
    into.push_back(std::move(added));
  else
    *known = std::move(added);
}

/// Reads one text, and makes others like itself for what that includes.
class reader {
 public:
  struct shared {
    const sources& from;
    int includes = 0;
  };

  reader(shared& all, const std::string& path, std::string_view text, int depth)
      : all_(all),
        path_(path),
        at_(text, std::make_shared<const std::string>(path)),
        depth_(depth) {}

  map read() {
    map content;
    scopes_.push_back(&content);
    at_.skip_between();
    if (at_.peek() == '{') at_.take();
    for (at_.skip_between(); !at_.at_end(); at_.skip_between()) {
      read_entry(content, false);
      end_top_value();
    }
    scopes_.pop_back();
    return content;
  }

  /// What the environment's text means where it replaces a variable of `scopes`.
  value read_alone(std::vector<map*> scopes) {
    scopes_ = std::move(scopes);
    at_.skip_blanks();
    value alone = read_value(place::top);
    end_top_value();
    return alone;
  }

 private:
  enum class place : std::uint8_t { top, in_map, in_array };

  void read_entry(map& into, bool in_map) {
    const char first = at_.peek();
    if (first == '=' || first == ':') {
      const std::string separator(1, at_.take());
      at_.fail("Unexpected key separator '" + separator + "'");
    }
    position where = at_.here();
    std::string key;
    if (first == '"' || first == '\'') {
      ++where.column;
      at_.take();
      while (!at_.at_end() && at_.peek() != first) key += at_.take();
      if (at_.at_end()) at_.fail("Unexpected EOF.");
      at_.take();
    } else {
      key = read_bare_key();
      if (lowered(key) == "include" && (at_.at_blank() || at_.peek() == '\n')) {
        include(into, in_map);
        return;
      }
    }
    if (!skip_to_value(in_map)) return;
    if (in_map && (at_.peek() == ',' || at_.peek() == '}')) {
      const std::string terminator(1, at_.take());
      at_.fail("Unexpected map value terminator \"" + terminator + "\".");
    }
    value content = read_value(in_map ? place::in_map : place::top);
    content.where = std::move(where);
    set(into, {std::move(key), std::move(content)});
  }

  std::string read_bare_key() {
    std::string key;
    while (!at_.at_end() && !at_.at_blank() && at_.peek() != '\n' && at_.peek() != '=' &&
           at_.peek() != ':')
      key += at_.take();
    return key;
  }

  /// returns: whether there is a value. A key without one ends a file without complaint.
  bool skip_to_value(bool in_map) {
    skip_space();
    if (at_.peek() != '=' && at_.peek() != ':') {
      if (at_.at_end() && in_map) fail_in_map();
      return !at_.at_end();
    }
    at_.take();
    at_.skip_blanks();
    if (in_map) skip_space();
    if (at_.peek() == '\n') {
      at_.take();
      at_.fail("Expected value but found new line");
    }
    return true;
  }

  void skip_space() {
    while (at_.at_blank() || at_.peek() == '\n') at_.take();
  }

  value read_value(place where) {
    const position start = at_.here();
    value result;
    switch (at_.peek()) {
      case '{': return read_map();
      case '[':
        result = read_array();
        result.where = at_.here();  // its end, as nats-server has it
        return result;
      case '"':
      case '\'':
        result.content = read_quoted(at_);
        result.where = start;
        ++result.where.column;
        return result;
      case '(': result.content = read_block(at_); break;
      case '.': at_.take(); at_.fail("Floats must start with a digit");
      default:
        if (at_.peek() == '-' || (at_.peek() >= '0' && at_.peek() <= '9'))
          result = read_number(at_, where == place::in_array);
        else
          result = read_word(start.line);
    }
    result.where = start;
    return result;
  }

  value read_word(int line) {
    bare_text word = read_bare(at_);
    value result;
    if (!word.has_escapes && word.text.starts_with('$') && !word.text.starts_with("$2a$"))
      return variable(word.text.substr(1), line);
    const auto truth = word.has_escapes ? std::nullopt : truth_of(word.text);
    if (truth)
      result.content = *truth;
    else
      result.content = std::move(word.text);
    return result;
  }

  value variable(const std::string& name, int line) {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const auto known = std::ranges::find((*scope)->rbegin(), (*scope)->rend(), name, &entry::key);
      if (known == (*scope)->rend()) continue;
      known->content.is_variable = true;
      value copy = known->content;
      copy.is_variable = false;
      return copy;
    }
    const std::string who =
        "variable reference for '" + name + "' on line " + std::to_string(line) + " ";
    const auto text = all_.from.environment(name);
    if (!text) throw syntax_error(who + "can not be found");
    try {
      if (depth_ >= includes_nested_max) throw syntax_error("variables are nested too deeply");
      return reader(all_, path_, *text, depth_ + 1).read_alone(scopes_);
    } catch (const syntax_error& error) {
      throw syntax_error(who + "could not be parsed: " + error.what());
    }
  }

  value read_map() {
    at_.take();
    enter();
    value result{map{}, at_.here(), false};
    map& content = std::get<map>(result.content);
    scopes_.push_back(&content);
    for (;;) {
      at_.skip_between();
      if (at_.peek() == '}') break;
      if (at_.at_end()) fail_in_map();
      if (content.empty()) result.where = at_.here();
      read_entry(content, true);
      if (end_value('}', "a map")) break;
    }
    at_.take();
    scopes_.pop_back();
    --nested_;
    return result;
  }

  value read_array() {
    at_.take();
    enter();
    value result{array{}, {}, false};
    array& elements = std::get<array>(result.content);
    for (;;) {
      at_.skip_between();
      if (at_.peek() == ']') break;
      if (at_.at_end()) fail_at_end("an array", ']');
      if (at_.peek() == ',') {
        at_.take();
        at_.fail("Unexpected array value terminator ','.");
      }
      elements.push_back(read_value(place::in_array));
      if (end_value(']', "an array")) break;
    }
    at_.take();
    --nested_;
    return result;
  }

  void enter() {
    if (++nested_ > values_nested_max) at_.fail("Values are nested too deeply.");
  }

  /// After a value of a map or an array. returns: whether its end stands here.
  bool end_value(char closing, const std::string& what) {
    at_.skip_blanks();
    if (at_.peek() == closing) return true;
    if (at_.peek() == '\n' || at_.at_comment()) return false;
    if (at_.peek() != ',' && (at_.peek() != ';' || closing != '}')) fail_at_end(what, closing);
    at_.take();
    return false;
  }

  [[noreturn]] void fail_at_end(const std::string& what, char closing) {
    at_.fail_at_character("Expected " + what + " value terminator \",\" or " + what +
                              " terminator \"" + closing + "\", but got ",
                          " instead.");
  }
  [[noreturn]] void fail_in_map() { at_.fail("Unexpected EOF processing map."); }

  void end_top_value() {
    at_.skip_blanks();
    if (at_.at_end() || at_.peek() == '\n' || at_.at_comment()) return;
    if (at_.peek() != ',' && at_.peek() != ';' && at_.peek() != '}')
      at_.fail_at_character(
          "Expected a top-level value to end with a new line, comment or EOF, but got ",
          " instead.");
    at_.take();
  }

  void include(map& into, bool in_map) {
    at_.skip_blanks();
    if (at_.peek() == '\n') {
      at_.take();
      at_.fail("Expected include value but found new line");
    }
    const std::string name = read_include_name(in_map);
    // Always below the including file's folder, as nats-server has it, even where it is absolute.
    const auto folder = std::filesystem::path(path_).parent_path();
    const std::string path = (folder / ("./" + name)).lexically_normal().string();
    const std::string fault = "error parsing include file '" + name + "', ";
    if (depth_ >= includes_nested_max || ++all_.includes > includes_max)
      throw syntax_error(fault + "too many files include each other");
    sources::file file = all_.from.open(path);
    if (!file.error.empty()) throw syntax_error(fault + "open " + path + ": " + file.error);
    try {
      for (entry& one : reader(all_, path, file.text, depth_ + 1).read()) set(into, std::move(one));
    } catch (const syntax_error& error) {
      throw syntax_error(fault + error.what());
    }
  }

  std::string read_include_name(bool in_map) {
    if (at_.peek() == '"' || at_.peek() == '\'') return read_quoted(at_);
    std::string name;
    while (!at_.at_end() && !at_.at_blank() && at_.peek() != '\n' && at_.peek() != ';' &&
           !(in_map && at_.peek() == '}'))
      name += at_.take();
    return name;
  }

  shared& all_;
  std::string path_;
  text_cursor at_;
  int depth_;
  int nested_ = 0;
  std::vector<map*> scopes_;  ///< the maps being read, the innermost last
};

}  // namespace

sources system_sources() {
  return {[](const std::string& path) -> sources::file {
            std::error_code unknown;
            if (std::filesystem::is_directory(path, unknown)) return {"", "is a directory"};
            std::ifstream stream(path, std::ios::binary);
            if (!stream) return {"", lowered(std::strerror(errno))};
            std::string text(file_bytes_max + 1, '\0');
            stream.read(text.data(), static_cast<std::streamsize>(text.size()));
            text.resize(static_cast<std::size_t>(stream.gcount()));
            if (text.size() > file_bytes_max) return {"", "file too large"};
            return {std::move(text), ""};
          },
          [](const std::string& name) -> std::optional<std::string> {
            const char* const text = std::getenv(name.c_str());
            return text == nullptr ? std::nullopt : std::optional<std::string>(text);
          }};
}

read_result read_configuration(const std::string& path, const sources& from) {
  sources::file file = from.open(path);
  if (!file.error.empty()) return {{}, "open " + path + ": " + file.error};
  reader::shared all{from};
  try {
    return {reader(all, path, file.text, 0).read(), ""};
  } catch (const syntax_error& error) {
    return {{}, error.what()};
  }
}

}  // namespace wirebird::config
