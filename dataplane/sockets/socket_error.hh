#pragma once

#include "dataplane/stream/connection.hh"

namespace wirebird::sockets {

/// What an errno of a connected socket means to whoever lives on the connection.
[[nodiscard]] stream::end_reason to_end_reason(int error) noexcept;

}  // namespace wirebird::sockets
