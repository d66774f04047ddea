#include "dataplane/agent/open_files.hh"

#include <algorithm>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

/// Files, bells, rings, devices, wirebird-control's connections, clients that leave.
constexpr std::size_t others = 4096;
/// A table of 8 MiB; whoever has more clients pays when it grows.
constexpr std::size_t table_max = 1024 * 1024;

std::size_t raise_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
  return limit.rlim_cur;
}

}  // namespace

std::size_t make_room_for_open_files(std::size_t connections) {
  const std::size_t most = raise_limit();
  const int some = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (some < 0) return most;
  // The table is as large as the largest number that was ever given.
  const auto last = static_cast<int>(std::min({most, connections + others, table_max})) - 1;
  const int high = fcntl(some, F_DUPFD_CLOEXEC, last);
  if (high >= 0) close(high);
  close(some);
  return most;
}

}  // namespace wirebird::agent
