#include "tests/sim/transit.hh"

#include <utility>

namespace wirebird::sim {

void transit::carry(parcel&& what, instant now, random& dice, const faults& how) {
  if (under_way_.size() >= how.in_flight_max || dice.chance(how.loss, 1000)) {
    ++lost_;
    return;
  }
  if (!what.bytes.empty() && dice.chance(how.bit_flips, 1000))
    what.bytes[dice.below(what.bytes.size())] ^= static_cast<std::uint8_t>(1U << dice.below(8));
  put(what, now, dice, how);
  if (dice.chance(how.duplication, 1000)) put(what, now, dice, how);
}

void transit::put(const parcel& what, instant now, random& dice, const faults& how) {
  const auto within = [&dice](duration longest) {
    const auto bound = static_cast<std::uint64_t>(longest.count()) + 1;
    return duration(static_cast<duration::rep>(dice.below(bound)));
  };
  instant arrival = now + how.delay + within(how.jitter);
  if (dice.chance(how.reordering, 1000)) arrival += within(how.held_back);
  under_way_.emplace(arrival, what);
  ++carried_;
}

std::optional<parcel> transit::arrive(instant now) {
  if (next_arrival() > now) return std::nullopt;
  std::optional<parcel> first = std::move(under_way_.begin()->second);
  under_way_.erase(under_way_.begin());
  return first;
}

}  // namespace wirebird::sim
