#include "dataplane/port/port_queue.hh"

#include "dataplane/base/check.hh"
#include "dataplane/port/mbuf_layout.hh"
#include "dataplane/port/offload.hh"

#include <algorithm>
#include <array>

#include <poll.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace wirebird::port {

namespace {

constexpr std::uint32_t ethernet_bytes = 14;
/// Sleep between polls of a driver that cannot wake us: latency against an idle core's heat.
constexpr duration blind_sleep = std::chrono::microseconds(100);

timespec to_timespec(duration length) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length);
  return {.tv_sec = seconds.count(), .tv_nsec = (length - seconds).count()};
}

}  // namespace

port_queue::port_queue(place at, const mac_address& mac, const port_capabilities& capabilities,
                       frame_pool_dpdk& pool) noexcept
    : pool_(pool),
      place_(at),
      mac_(mac),
      capabilities_(capabilities),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

port_queue::~port_queue() {
  if (wake_ >= 0) close(wake_);
}

void port_queue::meet_thread() noexcept {
  thread_met_ = true;
  // Gives the thread a frame cache. If DPDK has no place left the pool's ring does, more slowly.
  if (rte_lcore_id() == LCORE_ID_ANY) rte_thread_register();
}

std::size_t port_queue::receive(std::span<frame> into) noexcept {
  if (!thread_met_) [[unlikely]]
    meet_thread();
  if (!place_.has_queue) return 0;
  std::array<rte_mbuf*, burst_frames> packets;
  const auto wanted = static_cast<std::uint16_t>(std::min(into.size(), packets.size()));
  const std::size_t count = rte_eth_rx_burst(place_.device, place_.index, packets.data(), wanted);
  std::size_t kept = 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    rte_mbuf& packet = *packets[i];
    if (packet.nb_segs != 1) [[unlikely]] {
      counts_.received_chained.add();
      rte_pktmbuf_free(&packet);
      continue;
    }
    frame_buffer& head = head_of(packet);
    head.references = 1;
    head.offset = packet.data_off;
    head.length = packet.data_len;
    bytes += head.length;
    head.marks = place_.trusts_checksums
                     ? frame_marks{.checksums_verified = true}
                     : received_marks(packet, {head.bytes + head.offset, head.length});
    into[kept++] = frame(head);
  }
  counts_.received.add(kept);
  counts_.received_bytes.add(bytes);
  return kept;
}

bool port_queue::is_sendable(const frame& one) const noexcept {
  return one && one.size() >= ethernet_bytes && one.size() <= ethernet_bytes + capabilities_.mtu;
}

std::size_t port_queue::send(std::span<frame> from) noexcept {
  if (!place_.has_queue) return 0;
  std::size_t done = 0;
  while (done < from.size()) {
    std::size_t run = 0;
    const std::size_t run_max = std::min(burst_frames, from.size() - done);
    while (run < run_max && is_sendable(from[done + run])) ++run;
    if (run == 0) {
      from[done++] = frame();
      counts_.send_unfit.add();
      continue;
    }
    const std::size_t sent = send_run(from.subspan(done, run));
    done += sent;
    if (sent < run) {
      counts_.send_held.add();
      break;
    }
  }
  return done;
}

/// requires: run.size() <= burst_frames, every frame sendable.
std::size_t port_queue::send_run(std::span<frame> run) noexcept {
  std::array<rte_mbuf*, burst_frames> packets;
  std::array<std::uint64_t, burst_frames> sizes;
  bool offloaded = false;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const byte_view bytes = run[i].bytes();
    frame_buffer& head = *run[i].release();
    debug_check(head.references == 1, "a frame that leaves is still referenced");
    rte_mbuf& packet = mbuf_of(head);
    packet.data_off = static_cast<std::uint16_t>(head.offset);
    packet.data_len = static_cast<std::uint16_t>(head.length);
    packet.pkt_len = head.length;
    packet.ol_flags = 0;
    if (head.marks.offload_checksums) {
      debug_check(capabilities_.fills_checksums, "an offload that the port does not have");
      ask_for_checksums(packet, bytes);
      offloaded = true;
    }
    packets[i] = &packet;
    sizes[i] = head.length;
  }
  auto count = static_cast<std::uint16_t>(run.size());
  if (offloaded) count = rte_eth_tx_prepare(place_.device, place_.index, packets.data(), count);
  const std::size_t sent =
      count > 0 ? rte_eth_tx_burst(place_.device, place_.index, packets.data(), count) : 0;
  for (std::size_t i = sent; i < run.size(); ++i) run[i] = frame(head_of(*packets[i]));
  counts_.sent.add(sent);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < sent; ++i) bytes += sizes[i];
  counts_.sent_bytes.add(bytes);
  if (count > 0) return sent;
  run.front() = frame();  // the driver cannot send it, now or later
  counts_.send_unfit.add();
  return 1;
}

void port_queue::wait(duration longest) noexcept {
  // Some drivers take back what they have sent only with the next sending: nothing to send is such
  // a one, and gives the frames back before a quiet time.
  if (place_.has_queue)
    static_cast<void>(rte_eth_tx_burst(place_.device, place_.index, nullptr, 0));
  const bool is_told = place_.packets >= 0 || !place_.has_queue;
  const duration length = is_told ? longest : std::min(longest, blind_sleep);
  const timespec timeout = to_timespec(std::max(length, duration::zero()));
  // A negative descriptor is passed over.
  std::array<pollfd, 2> descriptors{{{.fd = place_.packets, .events = POLLIN, .revents = 0},
                                     {.fd = wake_, .events = POLLIN, .revents = 0}}};
  ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr);
  if (descriptors[1].revents == 0) return;
  std::uint64_t times = 0;
  static_cast<void>(!read(wake_, &times, sizeof times));
}

void port_queue::wake() noexcept {
  const std::uint64_t once = 1;
  static_cast<void>(!write(wake_, &once, sizeof once));
}

}  // namespace wirebird::port
