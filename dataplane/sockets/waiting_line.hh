#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/sockets/limits.hh"

#include <cstdint>

namespace wirebird::sockets {

class connection;
struct due_tag;

/// Which connections must not wait for which: however many of the second kind are busy, those of
/// the first lose no more than one poll's bounds of the second (limits.hh) to them.
enum class precedence : std::uint8_t {
  first,   ///< what the server is there for
  second,  ///< what may take longer, and of which a little costs much
};

/// Connections of one precedence that wait for their turn, first come first served.
struct waiting_line {
  const poll_bounds& bounds;
  intrusive_list<connection, due_tag> due{};
};

}  // namespace wirebird::sockets
