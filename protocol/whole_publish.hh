#pragma once

#include "protocol/ops.hh"

#include <cstddef>
#include <string_view>

namespace wirebird::protocol {

/// Reads a control line `PUB subject [reply] size` that lies whole at the front of `input`: what
/// nearly all input of a busy broker is, in one pass without a state.
/// returns: its length with the line end, and `op` is set; or 0 for everything else, malformed
/// lines, other spellings of the verb and arguments of more than `line_bytes_max` included: the
/// parser, which knows all of them, has to look then, and `op` means nothing.
[[nodiscard]] std::size_t read_whole_publish(std::string_view input, std::size_t line_bytes_max,
                                             publish_op& op) noexcept;

}  // namespace wirebird::protocol
