#pragma once

#include "dataplane/base/random.hh"
#include "tests/sim/segment_rules.hh"
#include "tests/sim/transit.hh"

#include <cstdint>

namespace wirebird::tcp {

/// Forges segments of a connection that it watches, around every edge of its windows, but none that
/// TCP could not tell from the peer's own: a RST never has the exact number, text and FINs come
/// with a wrong ACK, from outside the window or with an old timestamp.
class attacker {
 public:
  explicit attacker(std::uint64_t seed) : dice_(seed) {}

  /// `exact`: breaks the rule above, with a RST that ends the connection.
  /// returns: a segment to the end `victim` that claims to come from the other one. requires: both
  /// ends have spoken.
  [[nodiscard]] sim::parcel forge(const sim::segment_rules&, unsigned victim, bool exact);

 private:
  struct view;
  void aim(segment&, const view&);
  void add_options(segment&, const view&);
  [[nodiscard]] sequence outside(const view&);

  random dice_;
};

}  // namespace wirebird::tcp
