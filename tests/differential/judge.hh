#pragma once

#include "tests/differential/broker_pair.hh"
#include "tests/differential/intended.hh"

#include <optional>
#include <string>
#include <vector>

namespace wirebird::differential {

/// What came of one dialogue with both brokers.
struct verdict {
  std::optional<difference> unexplained;  ///< the first one that nothing covers
  splitting how;                          ///< how our bytes travelled when it was seen
  covered_ids intended;                   ///< the entries that covered something
};

/// Puts a dialogue to both brokers: to the oracle in whole pieces, to ours in each way of `ways`.
/// Where they differ the oracle is asked again, a few times: any of its answers is right.
[[nodiscard]] verdict judge(broker_pair& brokers, const dialogue& script,
                            const std::vector<splitting>& ways,
                            const std::vector<intended_difference>& intended);

/// For people: the dialogue and how the two answers part.
[[nodiscard]] std::string explained(const dialogue& script, const verdict& what);

/// A shorter dialogue that still fails, found by leaving out steps and then lines of steps, in at
/// most `attempts` tries.
[[nodiscard]] dialogue shrunk(broker_pair& brokers, const dialogue& failing, splitting how,
                              const std::vector<intended_difference>& intended, int attempts);

}  // namespace wirebird::differential
