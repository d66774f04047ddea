#pragma once

#include <cstddef>
#include <string_view>

namespace wirebird::protocol {

/// How many bytes at the front of `text` form one Unicode scalar value in UTF-8 (Unicode 15,
/// table 3-7): 1 to 4, or 0 when they form none. requires: !text.empty().
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

/// U+FFFD, what stands for a byte that is no UTF-8.
inline constexpr std::string_view utf8_replacement = "\xef\xbf\xbd";

}  // namespace wirebird::protocol
