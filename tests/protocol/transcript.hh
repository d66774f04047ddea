#pragma once

#include "protocol/parser.hh"

#include <string>
#include <string_view>
#include <vector>

namespace wirebird::protocol {

/// Feeds `pieces` one after the other to a new parser and writes down what it reports: one line per
/// operation, `payload <size> <bytes>` for a message that came to its end, `part <bytes>` for one
/// that did not, and `error <number>`, behind which nothing follows.
///
/// Every piece lies in memory of its own, exactly as large, and is gone before the next one comes;
/// the lent line buffer has exactly the size of the limit and is gone when the parser says that it
/// is free. So a sanitizer sees every view that lives too long and every byte outside.
[[nodiscard]] std::string transcribe(role reads, const limits& limits,
                                     const std::vector<std::string_view>& pieces);

/// `text` in pieces of `size` bytes, the last one shorter.
[[nodiscard]] std::vector<std::string_view> in_pieces_of(std::size_t size, std::string_view text);

/// What happened at one event: the line of the transcript it begins, and the bytes taken so far.
struct step {
  event what;
  std::size_t taken;
};

/// All events of `text` in one piece, up to need_more or error (which is included).
[[nodiscard]] std::vector<step> steps(role reads, const limits& limits, std::string_view text);

}  // namespace wirebird::protocol
