#pragma once

#include "dataplane/base/datagram.hh"
#include "dataplane/base/packet_queue.hh"
#include "dataplane/stream/send_queue.hh"
#include "dataplane/tcp/counters.hh"
#include "dataplane/tcp/flow.hh"
#include "dataplane/tcp/rate_limit.hh"
#include "dataplane/tcp/segment.hh"

#include <cstdint>

namespace wirebird::tcp {

/// Builds segments in frames and hands them to the sink; the only place that does. One per stack.
class emitter {
 public:
  emitter(frame_pool& frames, datagram_sink& sink, const port_capabilities& port,
          unsigned resets_per_second, counters& counts) noexcept
      : frames_(frames),
        sink_(sink),
        counts_(counts),
        resets_per_second_(resets_per_second),
        fills_checksums_(port.fills_checksums) {}

  /// Sends `what` (its ports are filled in here), with `size` bytes of `queue` from `position` on.
  /// returns: false when the sink has no room or the pool no frame; then nothing was sent.
  [[nodiscard]] bool send(const four_tuple&, segment what, stream::send_queue& queue,
                          std::uint64_t position, std::uint32_t size, instant now);
  /// The same without payload.
  [[nodiscard]] bool send(const four_tuple&, segment what, instant now);

  /// Answers a segment that belongs to no connection (RFC 9293 3.10.7.1); never one with RST, and
  /// not more often than the options allow.
  void refuse(const four_tuple&, const segment& arrived, instant now);

  /// Segments the sink would take now.
  [[nodiscard]] std::size_t room() const noexcept { return sink_.room(); }
  /// The largest MSS that a segment over this link and in one frame allows.
  [[nodiscard]] std::uint16_t mss(const four_tuple&) const noexcept;

 private:
  [[nodiscard]] frame begin(const four_tuple&, segment& what);
  void finish(const four_tuple&, frame&&, instant now);

  frame_pool& frames_;
  datagram_sink& sink_;
  counters& counts_;
  rate_limit resets_;
  unsigned resets_per_second_;
  bool fills_checksums_;
};

}  // namespace wirebird::tcp
