#pragma once

#include "dataplane/config/text_cursor.hh"
#include "dataplane/config/value.hh"

#include <string>

namespace wirebird::config {

/// Text as it stands unquoted, and whether it may stand for something else than itself: a boolean
/// or a variable.
struct bare_text {
  std::string text;
  bool has_escapes = false;
};

/// Reads what begins with `-` or a digit: an integer with or without a size suffix, a fraction, a
/// date, or text that merely begins with digits. `in_array`: a `]` ends the number.
[[nodiscard]] value read_number(text_cursor&, bool in_array);
/// requires: at a quote of either kind.
[[nodiscard]] std::string read_quoted(text_cursor&);
/// requires: at `(`. Everything up to a line that holds `)` alone.
[[nodiscard]] std::string read_block(text_cursor&);
[[nodiscard]] bare_text read_bare(text_cursor&);

}  // namespace wirebird::config
