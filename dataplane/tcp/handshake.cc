#include "dataplane/tcp/handshake.hh"

#include "dataplane/tcp/emitter.hh"
#include "dataplane/tcp/limits.hh"

#include <algorithm>

namespace wirebird::tcp {

void read_syn(const segment& syn, const four_tuple& tuple, const emitter& out,
              handshake& into) noexcept {
  const std::uint32_t unsaid =
      tuple.remote.address.is_v4() ? limits::mss_default_v4 : limits::mss_default_v6;
  const std::uint32_t said = syn.mss ? *syn.mss : unsaid;
  into.irs = syn.seq;
  into.mss = std::clamp<std::uint32_t>(said, limits::mss_floor, out.mss(tuple));
  into.shift = syn.window_scale;
  if (into.shift) into.shift = std::min(*into.shift, limits::window_shift_max);
  into.sack_permitted = syn.sack_permitted;
  into.stamps = syn.stamps.has_value();
  if (syn.stamps) into.ts_recent = syn.stamps->value;
}

segment write_syn(const handshake& from, const four_tuple& tuple, const emitter& out, bool answer,
                  std::uint32_t window, instant now) noexcept {
  segment syn;
  syn.seq = from.iss;
  syn.flags = flag::syn;
  if (answer) {
    syn.flags |= flag::ack;
    syn.ack = from.irs + 1;
  }
  syn.window = static_cast<std::uint16_t>(std::min(window, limits::window_unscaled_max));
  syn.mss = out.mss(tuple);
  syn.sack_permitted = !answer || from.sack_permitted;
  if (!answer || from.shift) syn.window_scale = limits::window_shift;
  if (!answer || from.stamps)
    syn.stamps = timestamps{timestamp_at(from.ts_offset, now), answer ? from.ts_recent : 0};
  return syn;
}

}  // namespace wirebird::tcp
