#pragma once

#include "tests/differential/player.hh"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wirebird::differential {

/// The first step in which two transcripts part.
struct difference {
  std::string input;   ///< what was sent in this step, escaped; empty at the end of the dialogue
  std::string oracle;  ///< the lines of each, joined by " / "
  std::string wirebird;
};

[[nodiscard]] std::optional<difference> first_difference(const dialogue& script,
                                                         const transcript& oracle,
                                                         const transcript& wirebird);

/// A difference that we want, with its reason. Patterns are ECMAScript expressions. Either
/// `removed` says what is taken out of our lines before they are compared; or the three others must
/// be found in the fields of a difference, and what follows it in the dialogue is not compared.
/// `shown_by` is the name of the case that must show it: when it no longer does, the entry is stale
/// and fails.
struct intended_difference {
  std::string id;
  std::string shown_by;
  std::string removed;
  std::string input;
  std::string oracle;
  std::string wirebird;
  std::string reason;

  [[nodiscard]] bool covers(const difference& seen) const;
};

/// The entries that played a part in one dialogue, by id.
using covered_ids = std::set<std::string>;

/// `wirebird` without what the entries remove; adds the ids of those that removed something.
[[nodiscard]] transcript without_removed(transcript wirebird,
                                         const std::vector<intended_difference>& all,
                                         covered_ids& ids);

/// Reads intended.txt. throws: std::runtime_error if an entry lacks a field.
[[nodiscard]] std::vector<intended_difference> read_intended(const std::string& text);

/// The entry that covers `seen`, or nullptr.
[[nodiscard]] const intended_difference* covering(const std::vector<intended_difference>& all,
                                                  const difference& seen);

}  // namespace wirebird::differential
