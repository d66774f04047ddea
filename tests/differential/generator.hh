#pragma once

#include "tests/differential/dialogue.hh"

#include <cstdint>

namespace wirebird::differential {

/// A conversation of two to four clients who do all that a client can do, right and wrong, whose
/// answers a broker may not choose: where it may (a member of a queue group, an inbox among
/// several) the dialogue names what is to be compared as one pile, or avoids it. The same seed
/// gives the same dialogue. `with_users`: everybody logs in, and some may not do everything.
[[nodiscard]] dialogue random_dialogue(std::uint64_t seed, bool with_users = false);

}  // namespace wirebird::differential
