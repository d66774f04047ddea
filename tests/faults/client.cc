#include "tests/faults/client.hh"

#include <sys/socket.h>

namespace wirebird::faults {

void client::flush() {
  if (out_.empty()) return;
  const ssize_t sent = ::send(link_.number(), out_.data(), out_.size(), MSG_NOSIGNAL);
  if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
}

}  // namespace wirebird::faults
