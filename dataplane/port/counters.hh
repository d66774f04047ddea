#pragma once

#include "dataplane/base/counter.hh"

#include <cstdint>

namespace wirebird::port {

/// What one queue did; raised by its worker, read by anyone.
struct counters {
  counter received;          ///< frames handed up
  counter received_bytes;    ///< their bytes, Ethernet headers included
  counter received_chained;  ///< dropped: longer than one frame holds
  counter sent;              ///< frames that the driver took
  counter sent_bytes;        ///< their bytes, Ethernet headers included
  counter send_held;         ///< calls in which the driver took fewer than offered
  counter send_unfit;        ///< dropped: shorter than Ethernet's header or longer than the MTU

  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("received", received);
    visit("received_bytes", received_bytes);
    visit("received_chained", received_chained);
    visit("sent", sent);
    visit("sent_bytes", sent_bytes);
    visit("send_held", send_held);
    visit("send_unfit", send_unfit);
  }
};

/// What the device itself lost since start, by reason.
struct device_losses {
  std::uint64_t missed = 0;          ///< received while the receive ring was full
  std::uint64_t receive_errors = 0;  ///< damaged, too long for a frame, or refused on the way in
  std::uint64_t no_frame = 0;        ///< received, or (AF_XDP) asked for, while no frame was free
  std::uint64_t send_errors = 0;     ///< taken from us and not sent

  device_losses& operator+=(const device_losses& more) noexcept {
    missed += more.missed;
    receive_errors += more.receive_errors;
    no_frame += more.no_frame;
    send_errors += more.send_errors;
    return *this;
  }
};

}  // namespace wirebird::port
