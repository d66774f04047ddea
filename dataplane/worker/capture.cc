#include "dataplane/worker/capture.hh"

#include "dataplane/worker/clock.hh"

#include <algorithm>

namespace wirebird::worker {

namespace {

constexpr std::size_t ethernet_bytes = 14;
constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::size_t ipv4_bytes_min = 20;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint16_t fragment_offset_mask = 0x1fff;

/// returns: whether one end has this port.
bool has_port(byte_view packet, std::uint16_t port) noexcept {
  const std::size_t header = std::size_t{4} * (packet[0] & 0x0f);
  const bool has_ports = packet[9] == protocol_tcp || packet[9] == protocol_udp;
  const bool is_first = (load_be16(&packet[6]) & fragment_offset_mask) == 0;
  if (!has_ports || !is_first || packet.size() < header + 4) return false;
  return load_be16(&packet[header]) == port || load_be16(&packet[header + 2]) == port;
}

captured_frame copy_of(byte_view frame, bool outbound) noexcept {
  captured_frame made;
  made.at_ns = read_clock().time_since_epoch().count();
  made.length = static_cast<std::uint32_t>(frame.size());
  made.kept = static_cast<std::uint16_t>(std::min(frame.size(), captured_frame::kept_max));
  made.outbound = outbound;
  std::ranges::copy(frame.first(made.kept), made.bytes.begin());
  return made;
}

void keep(capture& into, const captured_frame& one) noexcept {
  if (!into.frames.push(one)) into.lost.add();
}

}  // namespace

bool capture_filter::wants(byte_view frame) const noexcept {
  if (!address && port == 0) return true;
  if (frame.size() < ethernet_bytes + ipv4_bytes_min || load_be16(&frame[12]) != ethertype_ipv4)
    return false;
  const byte_view packet = frame.subspan(ethernet_bytes);
  const auto is_end = [&](std::size_t at) {
    return ip_address::from_v4(load_be32(&packet[at])) == *address;
  };
  if (address && !is_end(12) && !is_end(16)) return false;
  return port == 0 || has_port(packet, port);
}

std::size_t capture_queue::receive(std::span<frame> into) noexcept {
  const std::size_t count = real_.receive(into);
  capture* const wanted = wanted_.load(std::memory_order_acquire);
  if (wanted != into_) seen_.store(into_ = wanted, std::memory_order_release);
  if (into_ == nullptr) return count;
  for (const frame& one : into.first(count))
    if (into_->filter.wants(one.bytes())) keep(*into_, copy_of(one.bytes(), false));
  return count;
}

std::size_t capture_queue::send(std::span<frame> from) noexcept {
  return into_ == nullptr ? real_.send(from) : send_and_keep(from);
}

/// One by one: only what the port takes has left.
std::size_t capture_queue::send_and_keep(std::span<frame> from) noexcept {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool wanted = into_->filter.wants(from[i].bytes());
    const captured_frame copy = wanted ? copy_of(from[i].bytes(), true) : captured_frame{};
    if (real_.send(from.subspan(i, 1)) == 0) return i;
    if (wanted) keep(*into_, copy);
  }
  return from.size();
}

}  // namespace wirebird::worker
