#include "tests/sim/wire.hh"

#include <algorithm>
#include <cstring>

namespace wirebird::sim {

void wire::carry(unsigned from, const datagram& packet, instant now) {
  if (gate_ && !gate_(from, packet, now)) return;
  const byte_view bytes = packet.payload.bytes();
  parcel what{{bytes.begin(), bytes.end()}, packet.source, packet.destination, packet.protocol};
  towards_[1 - from].carry(std::move(what), now, dice_, how_);
}

std::size_t wire::deliver(unsigned side, frame_pool& frames, instant now, const receiver& to) {
  std::size_t count = 0;
  while (const std::optional<parcel> what = towards_[side].arrive(now)) {
    frame packet = frames.take();
    if (!packet) continue;
    const auto size = static_cast<std::uint32_t>(what->bytes.size());
    std::memcpy(packet.append(size).data(), what->bytes.data(), size);
    to(datagram{what->source, what->destination, what->protocol, std::move(packet)});
    ++count;
  }
  return count;
}

instant wire::next_arrival() const noexcept {
  return std::min(towards_[0].next_arrival(), towards_[1].next_arrival());
}

}  // namespace wirebird::sim
