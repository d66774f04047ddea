#pragma once

#include <cstddef>

namespace wirebird::agent {

/// Prepares this process for `connections` sockets beside its own files: the soft limit of open
/// files is raised to the hard one (getrlimit(2)), as Go programs do at their start, and the
/// kernel's table of descriptors is grown as far as that will let it, 8 B each and a million at
/// most. Main thread, before there is another: the kernel makes whoever grows the table of several
/// threads wait for an RCU grace period, 10 ms and more in which a worker would serve nobody.
/// returns: how many files may be open.
std::size_t make_room_for_open_files(std::size_t connections);

}  // namespace wirebird::agent
