#include "tests/tcp/attacker.hh"

#include "dataplane/base/checksum.hh"

#include <vector>

namespace wirebird::tcp {

/// What matters of a connection when one end of it is attacked.
struct attacker::view {
  sequence acked;        ///< the victim expects this number or a later one,
  sequence next;         ///< but none later than this
  sequence edge;         ///< end of the victim's window
  sequence victim_next;  ///< one past what the victim has sent
  std::optional<std::uint32_t> stamp;
};

sequence attacker::outside(const view& about) {
  // Far enough behind to be old whatever the victim has received meanwhile, or beyond its window.
  const auto far = static_cast<std::uint32_t>(1 + dice_.below(dice_.chance(1, 2) ? 3 : 1U << 28));
  return dice_.chance(1, 2) ? about.acked - far - 2000 : about.edge + (1U << 24) + far;
}

void attacker::aim(segment& what, const view& about) {
  const sequence inside = about.next + static_cast<std::uint32_t>(1 + dice_.below(2000));
  what.ack = about.victim_next;
  switch (dice_.below(5)) {
    case 0:  // a RST beside the number
      what.flags = static_cast<std::uint8_t>(flag::rst | (dice_.chance(1, 2) ? flag::ack : 0));
      what.seq = dice_.chance(1, 2) ? inside : about.acked - 1;
      break;
    case 1:  // a SYN anywhere
      what.flags = static_cast<std::uint8_t>(flag::syn | (dice_.chance(1, 4) ? flag::ack : 0));
      what.seq = dice_.chance(1, 2) ? inside : outside(about);
      if (what.has(flag::ack)) what.ack = about.victim_next + 1000;
      break;
    case 2:  // text in the window that acknowledges what was never sent, or the far past
      what.flags = static_cast<std::uint8_t>(flag::ack | (dice_.chance(1, 3) ? flag::fin : 0));
      what.seq = dice_.chance(1, 2) ? inside : about.acked;
      what.ack = dice_.chance(1, 2)
                     ? about.victim_next + static_cast<std::uint32_t>(1 + dice_.below(1U << 20))
                     : about.victim_next - 0x60000000;
      break;
    case 3:  // anything outside
      what.flags = static_cast<std::uint8_t>(dice_.below(64) & 0x39);
      what.seq = outside(about);
      break;
    default:  // no ACK at all
      what.flags = static_cast<std::uint8_t>(dice_.below(64) & 0x29);
      what.seq = inside;
      break;
  }
}

void attacker::add_options(segment& what, const view& about) {
  if (about.stamp && !dice_.chance(1, 8))
    what.stamps =
        timestamps{*about.stamp + static_cast<std::uint32_t>(dice_.below(2000)) - 1000, 0};
  if (dice_.chance(1, 4)) what.mss = static_cast<std::uint16_t>(dice_.below(1500));
  if (dice_.chance(1, 4)) what.window_scale = static_cast<std::uint8_t>(dice_.below(256));
  if (dice_.chance(1, 4)) {
    what.sack_count = 1;
    what.sack[0] = {about.victim_next - 10, about.victim_next + 100000};
  }
}

sim::parcel attacker::forge(const sim::segment_rules& watched, unsigned victim, bool exact) {
  const sim::spoken_so_far& peer = watched.said_by(1 - victim);
  const sim::spoken_so_far& target = watched.said_by(victim);
  const view about{target.acked.value_or(*peer.isn), peer.sent_end, target.edge, target.sent_end,
                   peer.stamp};
  const endpoint to = victim == 0 ? watched.tuple().local : watched.tuple().remote;
  const endpoint from = victim == 0 ? watched.tuple().remote : watched.tuple().local;
  segment what;
  what.source_port = from.port;
  what.destination_port = to.port;
  what.window = static_cast<std::uint16_t>(dice_.below(65536));
  aim(what, about);
  add_options(what, about);
  if (exact) {
    what.flags = flag::rst;
    what.seq = about.acked;
  }
  sim::parcel forged{{}, from.address, to.address, ip_protocol::tcp};
  forged.bytes.resize(emitted_bytes(what));
  emit(what, forged.bytes);
  // Sometimes the options are nonsense.
  for (std::size_t i = header_bytes_min; i < forged.bytes.size() && dice_.chance(1, 4); ++i)
    forged.bytes[i] = static_cast<std::uint8_t>(dice_.next());
  if (dice_.chance(1, 2)) forged.bytes.resize(forged.bytes.size() + dice_.below(40), 0xee);
  const std::uint64_t start = checksum_pseudo_header(
      from.address, to.address, 6, static_cast<std::uint32_t>(forged.bytes.size()));
  store_be16(forged.bytes.data() + 16, checksum_finish(checksum_add(start, forged.bytes)));
  return forged;
}

}  // namespace wirebird::tcp
