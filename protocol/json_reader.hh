#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wirebird::protocol {

/// A member of a JSON object that somebody wants, and where its value goes. `std::monostate` wants
/// an object of any content.
struct json_member {
  std::string_view key;  ///< lower case
  std::variant<std::monostate, bool*, std::int64_t*, std::uint64_t*, std::string*,
               std::vector<std::string>*>
      target;
};

/// How deep arrays and objects may nest inside the object that is read.
inline constexpr std::size_t json_depth_max = 32;

/// Reads one JSON object from a peer, with the reference server's rules: keys in any letter case
/// (ASCII), the last of equal keys wins, null leaves the target alone, members that nobody wants
/// may be anything; an integer has no point and no exponent; bytes that are no UTF-8 become U+FFFD;
/// `null` in the place of the object is an object without members. Allocates only for the strings
/// it stores and for strings with escapes.
///
/// returns: false for malformed text, a wrong type, a number outside its target's range, or nesting
/// beyond json_depth_max; targets may have been written by then. Stricter than the reference server
/// in one point: an escape that is half of a surrogate pair is malformed.
[[nodiscard]] bool read_json_object(std::string_view json, std::span<const json_member> members);

}  // namespace wirebird::protocol
