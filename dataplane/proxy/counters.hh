#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::proxy {

/// What one entrance has let in and refused. Raised by its worker, read by any thread.
struct counters {
  counter headers;        ///< connections of whom a header said who they are
  counter local_headers;  ///< likewise, but it named nobody
  counter wrong_headers;  ///< closed: something else came first
  counter late_headers;   ///< closed: no whole header in time
  counter probes;         ///< ended by the peer before a whole header
  counter refused;        ///< who was named was not taken

  /// Calls `visit(name, counter)` for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("headers", headers);
    visit("local_headers", local_headers);
    visit("wrong_headers", wrong_headers);
    visit("late_headers", late_headers);
    visit("probes", probes);
    visit("refused", refused);
  }
};

}  // namespace wirebird::proxy
