#include "dataplane/worker/poll_loop.hh"

#include "dataplane/worker/limits.hh"

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace wirebird::worker {

namespace {

/// What has arrived, through Ethernet, IP and TCP; nobody above hears of it yet. Burst by burst
/// while whole ones come: an iteration may send a thousand segments, whose ACKs come together.
std::size_t receive(port_path& port, instant now) {
  std::array<frame, burst_frames> burst;
  std::size_t frames = 0;
  std::size_t bytes = 0;
  for (std::size_t count = burst_frames;
       count == burst_frames && frames < receive_frames_max && bytes < receive_bytes_max;) {
    count = port.queue.receive(burst);
    for (frame& received : std::span(burst).first(count)) {
      bytes += received.size();
      std::optional<datagram> segment = port.link.input(std::move(received), now);
      if (segment) port.tcp.on_datagram(std::move(*segment), now);
    }
    frames += count;
  }
  port.frames_in.add(frames);
  return frames;
}

/// What the kernel transport has done so far: any change means that there was work.
std::uint64_t activity(const sockets::transport& sockets) noexcept {
  const auto& counts = sockets.counts();
  return counts.receives.value() + counts.accepted.value();
}

}  // namespace

bool iterate(worker& self, instant now) {
  // First, so that what others told comes before what our own clients do about it.
  bool busy = self.broker.receive(now);
  if (self.port) {
    busy = receive(*self.port, now) > 0 || self.port->queue.has_moved() || busy;
    self.port->tcp.deliver(now);
  }
  if (self.sockets) {
    const std::uint64_t before = activity(*self.sockets);
    self.sockets->poll(now);
    busy = busy || activity(*self.sockets) != before || self.sockets->has_work();
  }
  if (self.http) busy = self.http->poll(now) || busy;
  if (self.plane)
    while (const std::uint64_t client = self.plane->next_kick()) self.broker.kick(client, now);
  self.timers.advance(now, timers_max);
  self.broker.flush(now);
  if (self.balanced) self.balanced->flush();
  if (self.http) {
    self.http->flush(now);
    busy = busy || self.http->has_work();
  }
  if (self.port) {
    self.port->tcp.flush(now);
    self.port->link.flush();
    busy = busy || self.port->tcp.has_work() || self.port->link.has_queued();
  }
  return busy || self.broker.has_work();
}

instant next_deadline(const worker& self) noexcept {
  return self.timers.next_deadline();
}

}  // namespace wirebird::worker
