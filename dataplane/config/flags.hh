#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::config {

enum class flag_kind : std::uint8_t { boolean, number, text };

/// One flag: its canonical name, the other spellings, and what value it takes.
struct flag {
  std::string_view name;
  std::string_view synonyms;  ///< separated by blanks
  flag_kind kind;
  std::string_view value;  ///< what usage calls the value
  std::string_view help;
};

/// All flags, in the order in which usage shows them.
[[nodiscard]] std::span<const flag> all_flags() noexcept;
[[nodiscard]] std::string usage(std::string_view program);

/// The command line in one spelling: every flag as `--name=value`, in order.
struct normalised_arguments {
  std::vector<std::string> flags;
  std::vector<std::string> words;  ///< from the first word that is no flag
  std::string error;               ///< Go's sentence for a flag that is wrong in itself
};
[[nodiscard]] normalised_arguments normalise(std::span<const char* const> arguments);

}  // namespace wirebird::config
