#include "dataplane/stream/connection.hh"

namespace wirebird::stream {

std::string_view to_string(end_reason reason) noexcept {
  switch (reason) {
    case end_reason::closed_by_us: return "closed by us";
    case end_reason::aborted_by_us: return "aborted by us";
    case end_reason::peer_closed: return "peer closed";
    case end_reason::peer_reset: return "peer reset";
    case end_reason::timed_out: return "timed out";
    case end_reason::peer_dead: return "peer dead";
    case end_reason::unreachable: return "unreachable";
    case end_reason::out_of_memory: return "out of memory";
  }
  return "unknown";
}

}  // namespace wirebird::stream
