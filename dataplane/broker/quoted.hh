#pragma once

#include <string>
#include <string_view>

namespace wirebird::broker {

/// A subject or queue name as permission errors show it: in double quotes, with `"` and `\`
/// escaped, control characters as \a \b \f \n \r \t \v or \xNN, bytes that are no UTF-8 as \xNN,
/// characters that do not print as \uNNNN or \UNNNNNNNN (reference: client protocol, server to
/// client). What prints: everything but controls, format characters, spaces other than the blank,
/// private use, noncharacters; code points that Unicode has not assigned yet count as printable,
/// which nats-server would escape.
[[nodiscard]] std::string quoted(std::string_view text);

/// What stands between the quotes of a whole `-ERR '...'` line; any other text as it is.
[[nodiscard]] std::string_view text_of_error(std::string_view line) noexcept;

}  // namespace wirebird::broker
