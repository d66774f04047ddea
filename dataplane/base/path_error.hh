#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/time.hh"

#include <cstdint>

namespace wirebird {

/// What the network says about a TCP segment of ours: an ICMP error as net took it apart. Anybody
/// can send one (RFC 5927), so the sequence number is there for TCP to check before it believes
/// anything.
struct path_error {
  enum class kind : std::uint8_t {
    too_big,      ///< fragmentation needed and DF set (RFC 1191)
    refused,      ///< nobody will ever answer there: a hard error (RFC 1122 4.2.3.9)
    unreachable,  ///< not now: a soft error, or a hop too many
  };

  kind what{};
  endpoint local;              ///< source of the quoted segment
  endpoint remote;             ///< its destination
  std::uint32_t sequence = 0;  ///< its SEG.SEQ
  std::uint32_t mtu = 0;  ///< too_big: what the next hop takes, bytes of IP packet; 0: not said
};

/// Who is told of them: TCP. On the worker's thread.
class path_error_sink {
 public:
  virtual void on_path_error(const path_error&, instant now) = 0;

 protected:
  ~path_error_sink() = default;
};

}  // namespace wirebird
