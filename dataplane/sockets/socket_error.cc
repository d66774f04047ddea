#include "dataplane/sockets/socket_error.hh"

#include <cerrno>

namespace wirebird::sockets {

stream::end_reason to_end_reason(int error) noexcept {
  switch (error) {
    case ETIMEDOUT: return stream::end_reason::timed_out;
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
    case ECONNREFUSED:
    case EACCES:
    case EPROTO:
    case ENOPROTOOPT: return stream::end_reason::unreachable;
    default: return stream::end_reason::peer_reset;
  }
}

}  // namespace wirebird::sockets
