#include "dataplane/sockets/kernel_facts.hh"

#include <chrono>
#include <cstdint>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wirebird::sockets {

stream::path_facts kernel_facts(int descriptor) noexcept {
  // An older kernel fills less of it: the rest stays zero.
  tcp_info told{};
  socklen_t size = sizeof told;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &told, &size) != 0) return {};
  return {.round_trip = std::chrono::microseconds(told.tcpi_rtt),
          .variation = std::chrono::microseconds(told.tcpi_rttvar),
          .timeout = std::chrono::microseconds(told.tcpi_rto),
          .congestion_window = std::uint64_t{told.tcpi_snd_cwnd} * told.tcpi_snd_mss,
          .peer_window = told.tcpi_snd_wnd,
          .in_flight = std::uint64_t{told.tcpi_unacked} * told.tcpi_snd_mss,
          .retransmitted = told.tcpi_total_retrans,
          .segment_bytes = told.tcpi_snd_mss};
}

}  // namespace wirebird::sockets
