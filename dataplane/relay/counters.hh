#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::relay {

/// What one relay has done and refused. Raised by its worker, read by any thread.
struct counters {
  counter connections;     ///< HTTP connections accepted
  counter unavailable;     ///< answered 503: wirebird-control is down or went away
  counter pushed_out;      ///< cut: quiet longest when connections_max was reached
  counter without_memory;  ///< times that bytes waited because the arena was dry

  /// Calls `visit(name, counter)` for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("connections", connections);
    visit("unavailable", unavailable);
    visit("pushed_out", pushed_out);
    visit("without_memory", without_memory);
  }
};

}  // namespace wirebird::relay
