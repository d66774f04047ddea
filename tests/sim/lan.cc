#include "tests/sim/lan.hh"

#include <algorithm>
#include <cstring>
#include <optional>

namespace wirebird::sim {

lan::port& lan::attach(frame_pool& pool, const mac_address& mac, const port_capabilities& can) {
  return ports_.emplace_back(*this, pool, mac, can);
}

instant lan::next_arrival() const noexcept {
  instant next = never;
  for (const port& each : ports_) next = std::min(next, each.towards_.next_arrival());
  return next;
}

void lan::carry(const port& from, byte_view bytes) {
  const bool to_group = (bytes[0] & 1) != 0;
  for (port& each : ports_) {
    const bool is_addressed = std::memcmp(bytes.data(), each.mac_.octets.data(), 6) == 0;
    if (&each == &from || !each.plugged_ || !(to_group || is_addressed)) continue;
    each.towards_.carry({{bytes.begin(), bytes.end()}}, time_.now(), dice_, how_);
  }
}

std::size_t lan::port::receive(std::span<frame> into) noexcept {
  std::size_t count = 0;
  while (count < into.size()) {
    const std::optional<parcel> what = towards_.arrive(hub_.time_.now());
    if (!what) break;
    frame packet = pool_.take();
    if (!packet || !plugged_) continue;
    const auto size = static_cast<std::uint32_t>(what->bytes.size());
    std::memcpy(packet.append(size).data(), what->bytes.data(), size);
    into[count++] = std::move(packet);
  }
  return count;
}

std::size_t lan::port::send(std::span<frame> from) noexcept {
  for (frame& packet : from) {
    if (plugged_) hub_.carry(*this, packet.bytes());
    packet = frame();
  }
  return from.size();
}

}  // namespace wirebird::sim
