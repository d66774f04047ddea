#include "dataplane/worker/monitoring.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wirebird::worker {

namespace {

constexpr duration rest_with_pages_max = std::chrono::milliseconds(1);
/// Sockets to control: what the relay admits, and as many that are on their way out.
constexpr std::size_t own_sockets_max = 1024;

/// returns: a connected, non-blocking socket; -1 when nobody listens or the queue is full.
int connect_to(const std::string& name) noexcept {
  sockaddr_un address{};
  if (name.size() + 1 > sizeof address.sun_path) return -1;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return -1;
  if (connect(made, reinterpret_cast<const sockaddr*>(&address), length) == 0) return made;
  close(made);
  return -1;
}

}  // namespace

monitoring::monitoring(const control_address& control, sockets::transport* sockets, arena& memory,
                       timer_wheel& timers)
    : control_(control),
      sockets_(sockets != nullptr
                   ? *sockets
                   : own_.emplace(sockets::options{own_sockets_max}, memory, timers)),
      relay_(*this, timers) {}

monitoring::~monitoring() = default;

bool monitoring::poll(instant now) {
  if (!own_ || (relay_.connections() == 0 && own_->lingering() == 0)) return false;
  const std::uint64_t before = own_->counts().receives.value();
  own_->poll(now);
  return own_->counts().receives.value() != before || own_->has_work();
}

duration monitoring::rest_limit(duration time) const noexcept {
  return own_ && relay_.connections() > 0 ? std::min(time, rest_with_pages_max) : time;
}

stream::connection* monitoring::open(stream::handler& user, instant) {
  if (!control_.up.load(std::memory_order_acquire)) return nullptr;
  const int descriptor = connect_to(control_.name);
  if (descriptor < 0) return nullptr;
  return sockets_.adopt_connection(descriptor, user, sockets::precedence::second);
}

}  // namespace wirebird::worker
