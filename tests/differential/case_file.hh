#pragma once

#include "tests/differential/dialogue.hh"

#include <filesystem>
#include <string>
#include <vector>

namespace wirebird::differential {

/// The dialogues of `text`, with `each` expanded. `place` names the file in what is thrown
/// (std::runtime_error) and in `dialogue::place`. The format stands in README.md of this folder.
[[nodiscard]] std::vector<dialogue> read_cases(const std::string& text, const std::string& place);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace wirebird::differential
