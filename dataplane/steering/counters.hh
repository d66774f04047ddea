#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::steering {

/// What one worker did for others; raised by it, read by anyone.
struct counters {
  counter steered;          ///< frames received for another worker and handed to it
  counter steered_lost;     ///< dropped: that worker has not taken those before
  counter told_everyone;    ///< copies of ARP packets handed to other workers
  counter taken;            ///< frames that other workers had received for this one
  counter taken_lost;       ///< dropped: no free frame to copy them to
  counter sent_for_others;  ///< frames of workers without a queue

  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("steered", steered);
    visit("steered_lost", steered_lost);
    visit("told_everyone", told_everyone);
    visit("taken", taken);
    visit("taken_lost", taken_lost);
    visit("sent_for_others", sent_for_others);
  }
};

}  // namespace wirebird::steering
