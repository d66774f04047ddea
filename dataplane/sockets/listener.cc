#include "dataplane/sockets/listener.hh"

#include "dataplane/sockets/limits.hh"
#include "dataplane/sockets/socket_address.hh"
#include "dataplane/sockets/spread.hh"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

namespace wirebird::sockets {

namespace {

[[nodiscard]] bool set_option(int descriptor, int level, int name, int value) noexcept {
  return setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

/// SO_REUSEADDR on Linux lets a port be bound that only connections in TIME_WAIT and the like still
/// use, but never two listeners. Accepted sockets inherit the options of TCP.
[[nodiscard]] bool prepare(int descriptor, const socket_address& at) noexcept {
  if (!set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)) return false;
  if (!set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1)) return false;
  if (!set_option(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent_in_kernel_max)) return false;
  if (at.storage.ss_family == AF_INET6 && !set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0))
    return false;
  return bind(descriptor, at.get(), at.length) == 0 && listen(descriptor, listen_backlog) == 0;
}

}  // namespace

open_result open_listener(const endpoint& local) noexcept {
  const socket_address at = to_socket_address(local);
  const int descriptor =
      socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    if (errno == EAFNOSUPPORT && local.address == ip_address{})
      return open_listener({ip_address::from_v4(0), local.port});
    return {-1, 0, errno};
  }
  socket_address bound;
  if (!prepare(descriptor, at) || getsockname(descriptor, bound.get(), &bound.length) != 0) {
    const int error = errno;
    close(descriptor);
    return {-1, 0, error};
  }
  return {descriptor, to_endpoint(bound).port, 0};
}

listener::listener(kind what, precedence which, int descriptor, std::uint64_t token,
                   stream::acceptor& user, poller& events, timer_wheel& timers,
                   counters& counts) noexcept
    : kind_(what),
      precedence_(which),
      descriptor_(descriptor),
      token_(token),
      user_(user),
      events_(events),
      timers_(timers),
      counts_(counts) {}

listener::~listener() {
  events_.forget(descriptor_);  // the socket may stay open under another worker's descriptor
  if (!is_inbox()) close(descriptor_);
}

// Level-triggered, so that connections left over after a bounded accept are reported again.
int listener::start() noexcept {
  return events_.watch(descriptor_, EPOLLIN | EPOLLEXCLUSIVE, token_);
}

// Watching again takes kernel memory: what fails now is tried again when the timer fires.
void listener::wake_up() noexcept {
  if (start() == 0) disarm();
}

void listener::on_timer(instant now) {
  if (start() != 0) timers_.arm(*this, now + accept_rest_time);
}

accepted_socket listener::take_handed_over() noexcept {
  const int descriptor = take_from(descriptor_);
  if (descriptor < 0) return {};
  socket_address from;
  const bool named = getpeername(descriptor, from.get(), &from.length) == 0;
  return {descriptor, named ? to_endpoint(from) : endpoint{}};
}

accepted_socket listener::accept(instant now) noexcept {
  if (is_inbox()) return take_handed_over();
  for (std::size_t attempts = 0; attempts < accept_attempts_max; ++attempts) {
    socket_address from;
    const int descriptor =
        accept4(descriptor_, from.get(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) return {descriptor, to_endpoint(from)};
    switch (errno) {
      case EAGAIN:
      case EINTR: return {};
      case ECONNABORTED:  // accept(2): errors of the new connection come out here too
      case EPERM:
      case EPROTO:
      case ENOPROTOOPT:
      case ETIMEDOUT:
      case ENETDOWN:
      case ENETUNREACH:
      case EHOSTDOWN:
      case EHOSTUNREACH:
      case ENONET:
      case EOPNOTSUPP: counts_.accept_errors.add(); continue;
      default: break;
    }
    counts_.accept_rests.add();
    events_.forget(descriptor_);
    timers_.arm(*this, now + accept_rest_time);
    return {};
  }
  return {};
}

}  // namespace wirebird::sockets
