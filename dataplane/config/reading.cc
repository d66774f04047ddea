#include "dataplane/config/reading.hh"

#include "dataplane/config/duration.hh"

#include <algorithm>

namespace wirebird::config {

namespace {

std::string at(const position& where, const std::string& reason) {
  if (where.file == nullptr) return reason;
  return *where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) +
         ": " + reason;
}

char lower(char one) noexcept {
  return one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
}

bool is_same(std::string_view lowered, std::string_view name) noexcept {
  return std::ranges::equal(lowered, name, {}, {}, lower);
}

template <typename T>
const T* expect(reading& to, const value& from, std::string_view wanted) {
  const T* const found = from.as<T>();
  if (found == nullptr)
    to.error(from.where, "interface conversion: interface {} is " + std::string(type_name(from)) +
                             ", not " + std::string(wanted));
  return found;
}

template <typename T>
std::optional<T> copy_of(const T* found) {
  return found == nullptr ? std::nullopt : std::optional<T>(*found);
}

}  // namespace

void reading::error(const position& where, const std::string& reason) {
  errors.push_back(at(where, reason));
}

void reading::warning(const position& where, const std::string& reason) {
  warnings.push_back(at(where, reason));
}

void reading::unknown(const entry& one) {
  if (!one.content.is_variable) error(one.content.where, "unknown field " + quoted(one.key));
}

void reading::unsupported(const entry& one) {
  lacks_.push_back({one.content.where, one.key});
}

void reading::unsupported_guard(const entry& one) {
  error(one.content.where, one.key +
                               " is not supported: without it, more could connect than you "
                               "mean to let in");
}

void reading::judge_unsupported() {
  for (const lack& one : lacks_) {
    if (into.ignore_unsupported)
      note(at(one.where, one.name + " is not supported, and ignored"));
    else
      error(one.where, one.name + " is not supported; ignore_unsupported starts without it");
  }
  lacks_.clear();
}

std::optional<std::string> reading::text(const value& from) {
  return copy_of(expect<std::string>(*this, from, "string"));
}

std::optional<std::int64_t> reading::integer(const value& from) {
  return copy_of(expect<std::int64_t>(*this, from, "int64"));
}

std::optional<bool> reading::boolean(const value& from) {
  return copy_of(expect<bool>(*this, from, "bool"));
}

const map* reading::fields(const value& from) {
  return expect<map>(*this, from, "map[string]interface {}");
}

std::optional<duration> reading::length(const entry& one) {
  const auto written = text(one.content);
  if (!written) return std::nullopt;
  const parsed_duration parsed = parse_duration(*written);
  if (parsed.error.empty()) return parsed.value;
  error(one.content.where, "error parsing " + one.key + ": " + parsed.error);
  return std::nullopt;
}

bool is_named(std::string_view names, std::string_view name) noexcept {
  for (;;) {
    const auto blank = names.find(' ');
    if (is_same(names.substr(0, blank), name)) return true;
    if (blank == std::string_view::npos) return false;
    names.remove_prefix(blank + 1);
  }
}

void read_entries(reading& to, const map& from, std::initializer_list<option_table> tables) {
  for (const entry& one : from) {
    const option_key* row = nullptr;
    for (const option_table table : tables)
      for (const option_key& key : table)
        if (row == nullptr && is_named(key.names, one.key)) row = &key;
    if (row == nullptr)
      to.unknown(one);
    else
      row->read(to, one);
  }
}

}  // namespace wirebird::config
