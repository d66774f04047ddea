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

/// What the device itself lost, all queues together, since start.
struct device_losses {
  std::uint64_t missed = 0;          ///< received while the receive ring was full
  std::uint64_t receive_errors = 0;  ///< damaged or truncated on the way in
  std::uint64_t no_frame = 0;        ///< received while the frame pool was dry
};

}  // namespace wirebird::port
