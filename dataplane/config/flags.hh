#pragma once

#include "dataplane/config/value.hh"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::config {

enum class flag_kind : std::uint8_t { boolean, number, text };

/// What a flag sets.
enum class flag_target : std::uint8_t {
  option,     ///< the option of the same name in a configuration file, or `option`
  dataplane,  ///< likewise, in the block `dataplane`
  command,    ///< what the program does; no option
};

/// One flag: its names, what value it takes and what it means.
struct flag {
  std::string_view names;  ///< separated by blanks; usage shows them in this order
  flag_kind kind;
  std::string_view value;  ///< what usage calls the value
  std::string_view help;   ///< usage leaves out a flag without
  flag_target target = flag_target::option;
  std::string_view option = {};  ///< where it has another name than the flag's last

  [[nodiscard]] std::string_view name() const noexcept;  ///< the last of its names
};

/// A heading of usage and the flags under it.
struct flag_group {
  std::string_view title;
  std::span<const flag> flags;
};
[[nodiscard]] std::span<const flag_group> all_flags() noexcept;
[[nodiscard]] std::string usage(std::string_view program);

/// A flag that was given, with its value.
struct given_flag {
  const flag* which;
  value content;
};

struct parsed_flags {
  std::vector<given_flag> given;   ///< in order
  std::vector<std::string> words;  ///< from the first word that is no flag
  std::string error;               ///< Go's sentence for a flag that is wrong in itself
};

/// Reads flags as Go's `flag` package does, since operators and client test suites write them so:
/// `-x` and `--x` are the same, values follow as the next word or after `=`, booleans stand alone
/// or take `=true|false`, numbers may have a base (`0x10`), reading stops at the first word that
/// is no flag.
[[nodiscard]] parsed_flags parse_flags(std::span<const char* const> arguments);

}  // namespace wirebird::config
