#include "tests/sim/wire.hh"

#include <algorithm>
#include <cstring>

namespace wirebird::sim {

void wire::carry(unsigned from, const datagram& packet, instant now) {
  const unsigned to = 1 - from;
  if (under_way_[to].size() >= how_.in_flight_max || dice_.chance(how_.loss, 1000)) {
    ++lost_;
    return;
  }
  const byte_view bytes = packet.payload.bytes();
  parcel what{packet.source, packet.destination, packet.protocol, {bytes.begin(), bytes.end()}};
  if (!what.bytes.empty() && dice_.chance(how_.bit_flips, 1000))
    what.bytes[dice_.below(what.bytes.size())] ^= static_cast<std::uint8_t>(1U << dice_.below(8));
  put(to, what, now);
  if (dice_.chance(how_.duplication, 1000)) put(to, what, now);
}

void wire::put(unsigned to, const parcel& what, instant now) {
  const auto within = [this](duration longest) {
    const auto bound = static_cast<std::uint64_t>(longest.count()) + 1;
    return duration(static_cast<duration::rep>(dice_.below(bound)));
  };
  instant arrival = now + how_.delay + within(how_.jitter);
  if (dice_.chance(how_.reordering, 1000)) arrival += within(how_.held_back);
  under_way_[to].emplace(arrival, what);
  ++carried_;
}

std::size_t wire::deliver(unsigned side, frame_pool& frames, instant now, const receiver& to) {
  auto& queue = under_way_[side];
  std::size_t count = 0;
  while (!queue.empty() && queue.begin()->first <= now) {
    const parcel what = std::move(queue.begin()->second);
    queue.erase(queue.begin());
    frame packet = frames.take();
    if (!packet) {
      ++lost_;
      continue;
    }
    const auto size = static_cast<std::uint32_t>(what.bytes.size());
    std::memcpy(packet.append(size).data(), what.bytes.data(), size);
    to(datagram{what.source, what.destination, what.protocol, std::move(packet)});
    ++count;
  }
  return count;
}

instant wire::next_arrival() const noexcept {
  instant next = never;
  for (const auto& queue : under_way_)
    if (!queue.empty()) next = std::min(next, queue.begin()->first);
  return next;
}

}  // namespace wirebird::sim
