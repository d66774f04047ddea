#pragma once

#include <string_view>

/// A subject with wildcards as the set of the literal subjects that it matches. Cost: one pass over
/// the tokens of both; nothing is allocated. requires: valid subjects (protocol/subject).
namespace wirebird::auth {

/// Whether `whole` matches everything that `part` matches.
[[nodiscard]] bool includes(std::string_view whole, std::string_view part) noexcept;
/// Whether some subject is matched by both.
[[nodiscard]] bool overlap(std::string_view one, std::string_view other) noexcept;

}  // namespace wirebird::auth
