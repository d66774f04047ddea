#include "dataplane/tcp/emitter.hh"

#include "dataplane/tcp/limits.hh"
#include "dataplane/tcp/segment_checksum.hh"

#include <algorithm>
#include <utility>

namespace wirebird::tcp {

frame emitter::begin(const four_tuple& tuple, segment& what) {
  if (sink_.room() == 0) {
    counts_.no_room.add();
    return {};
  }
  frame packet = frames_.take();
  if (!packet) {
    counts_.no_frame.add();
    return {};
  }
  what.source_port = tuple.local.port;
  what.destination_port = tuple.remote.port;
  emit(what, packet.append(emitted_bytes(what)));
  return packet;
}

void emitter::finish(const four_tuple& tuple, frame&& packet, instant now) {
  datagram out{tuple.local.address, tuple.remote.address, ip_protocol::tcp, std::move(packet)};
  fill_checksum(out, fills_checksums_);
  counts_.segments_out.add();
  sink_.output(std::move(out), now);
}

bool emitter::send(const four_tuple& tuple, segment what, stream::send_queue& queue,
                   std::uint64_t position, std::uint32_t size, instant now) {
  frame packet = begin(tuple, what);
  if (!packet) return false;
  if (size > 0) queue.read(position, packet.append(size));
  counts_.bytes_out.add(size);
  finish(tuple, std::move(packet), now);
  return true;
}

bool emitter::send(const four_tuple& tuple, segment what, instant now) {
  frame packet = begin(tuple, what);
  if (!packet) return false;
  finish(tuple, std::move(packet), now);
  return true;
}

void emitter::refuse(const four_tuple& tuple, const segment& arrived, instant now) {
  if (arrived.has(flag::rst)) return;
  if (!resets_.allow(resets_per_second_, now)) {
    counts_.resets_withheld.add();
    return;
  }
  segment reset;
  reset.flags = flag::rst;
  if (arrived.has(flag::ack)) {
    reset.seq = arrived.ack;
  } else {
    reset.flags = flag::rst | flag::ack;
    reset.ack = arrived.seq + arrived.length();
  }
  if (send(tuple, reset, now))
    counts_.resets_out.add();
  else
    counts_.answers_lost.add();
}

std::uint16_t emitter::mss(const four_tuple& tuple) const noexcept {
  const std::uint32_t headers =
      tuple.remote.address.is_v4() ? limits::headers_v4 : limits::headers_v6;
  const std::uint32_t packet = std::min(sink_.mtu(), limits::segment_bytes_max);
  const std::uint32_t mss = packet > headers ? packet - headers : 0;
  return static_cast<std::uint16_t>(std::max(mss, limits::mss_floor));
}

}  // namespace wirebird::tcp
