#pragma once

#include "dataplane/stream/connection.hh"

namespace wirebird::sockets {

/// What the kernel tells of a TCP socket (TCP_INFO of tcp(7)); its segments in flight count as full
/// ones. Zeros for what is none. One system call.
[[nodiscard]] stream::path_facts kernel_facts(int descriptor) noexcept;

}  // namespace wirebird::sockets
