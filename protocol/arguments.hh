#pragma once

#include "protocol/ops.hh"

#include <cstdint>
#include <optional>
#include <string_view>

/// The arguments of one complete control line, split in place: `line` is what stands between the
/// blanks after the verb and the line end. Separators are SP and TAB, any number. A CR inside the
/// line makes it malformed. Each function costs one pass over the line and returns false for a
/// wrong number of arguments or a bad size.
namespace wirebird::protocol {

[[nodiscard]] constexpr bool is_blank(char byte) noexcept {
  return byte == ' ' || byte == '\t';
}

/// 1 to 9 ASCII digits and nothing else, so that no value overflows; leading zeros are allowed.
[[nodiscard]] std::optional<std::uint32_t> read_size(std::string_view digits) noexcept;

/// PUB: subject [reply] size; HPUB: subject [reply] header_size total_size.
[[nodiscard]] bool read_arguments(std::string_view line, bool has_headers, publish_op& op) noexcept;

/// MSG: subject sid [reply] size; HMSG: subject sid [reply] header_size total_size.
[[nodiscard]] bool read_arguments(std::string_view line, bool has_headers, message_op& op) noexcept;

/// SUB: subject [queue] sid
[[nodiscard]] bool read_arguments(std::string_view line, subscribe_op& op) noexcept;

/// UNSUB: sid [max], where a max that is no size means none.
[[nodiscard]] bool read_arguments(std::string_view line, unsubscribe_op& op) noexcept;

/// -ERR: the text without the blanks after it and without its quotes.
void read_arguments(std::string_view line, err_op& op) noexcept;

}  // namespace wirebird::protocol
