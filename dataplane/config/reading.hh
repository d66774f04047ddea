#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/config/options.hh"
#include "dataplane/config/value.hh"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wirebird::config {

/// What is being read into, and the complaints so far: each `FILE:LINE:COLUMN: reason`, in
/// nats-server's words where a test or an operator may look for them.
class reading {
 public:
  explicit reading(options& result) noexcept : into(result) {}

  void error(const position&, const std::string& reason);
  /// Without a position.
  void error(const std::string& reason) { errors.push_back(reason); }
  /// The server starts all the same; a check of the file fails.
  void warning(const position&, const std::string& reason);
  void unknown(const entry&);
  /// An option of something that we lack; may be ignored when the operator says so.
  void unsupported(const entry&);
  /// Likewise, but without it the server would be more open than its operator thinks.
  void unsupported_guard(const entry&);
  void note(std::string text) { into.notes.push_back(std::move(text)); }

  // The value where it has the type, or nothing and a complaint.
  [[nodiscard]] std::optional<std::string> text(const value&);
  [[nodiscard]] std::optional<std::int64_t> integer(const value&);
  [[nodiscard]] std::optional<bool> boolean(const value&);
  [[nodiscard]] const map* fields(const value&);
  [[nodiscard]] std::optional<duration> length(const entry&);

  options& into;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::optional<unsigned> asked_workers;  ///< a count that was given

 private:
  struct lack {
    position where;
    std::string name;
  };
  std::vector<lack> lacks_;

 public:
  /// Judges what unsupported() has heard, once it is known whether to ignore it.
  void judge_unsupported();
};

/// One option: its names in lower case, separated by blanks, and what reads its value.
struct option_key {
  std::string_view names;
  void (*read)(reading&, const entry&);
};
using option_table = std::span<const option_key>;

/// Whether `name`, in any letter case, is one of the `names`.
[[nodiscard]] bool is_named(std::string_view names, std::string_view name) noexcept;
/// Reads every entry by its row in one of the tables; complains of those without one, except
/// variables.
void read_entries(reading&, const map&, std::initializer_list<option_table>);

}  // namespace wirebird::config
