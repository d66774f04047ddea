#include "tests/sim/segment_rules.hh"

#include "dataplane/base/checksum.hh"

namespace wirebird::sim {

namespace {

using tcp::sequence;
namespace flag = tcp::flag;

bool checksum_holds(const datagram& packet) {
  const byte_view bytes = packet.payload.bytes();
  const std::uint64_t start = checksum_pseudo_header(packet.source, packet.destination, 6,
                                                     static_cast<std::uint32_t>(bytes.size()));
  return checksum_finish(checksum_add(start, bytes)) == 0;
}

}  // namespace

std::string segment_rules::see(unsigned from, const datagram& packet) {
  const auto what = tcp::parse(packet.payload.bytes());
  if (!what) return "a segment without a whole header";
  const endpoint sender{packet.source, what->source_port};
  const endpoint receiver{packet.destination, what->destination_port};
  const endpoint& ours = from == 0 ? tuple_.local : tuple_.remote;
  const endpoint& theirs = from == 0 ? tuple_.remote : tuple_.local;
  if (!(sender == ours) || !(receiver == theirs)) return "";
  if (!checksum_holds(packet)) return "a wrong checksum was sent";
  // A RST may come from who never knew the connection, with numbers of the other end's.
  if (what->has(flag::rst)) return "";
  spoken_so_far& mine = said_[from];
  const spoken_so_far& other = said_[1 - from];
  // The other end restarted and calls anew; this one still answers the SYN of before.
  const bool answers_syn = what->has(flag::syn) && what->has(flag::ack);
  if (answers_syn && other.isn && !(what->ack == *other.isn + 1)) return "";
  if (what->stamps) mine.stamp = what->stamps->value;
  if (what->has(flag::syn)) {
    if (std::string wrong = see_syn(mine, *what); !wrong.empty()) return wrong;
  }
  if (!mine.isn) return "";  // an answer to a stranger
  if (what->has(flag::ack)) {
    if (std::string wrong = see_ack(mine, other, *what); !wrong.empty()) return wrong;
  }
  return see_text(mine, other, *what);
}

std::string segment_rules::see_syn(spoken_so_far& mine, const tcp::segment& what) const {
  const bool differs = mine.isn && !(*mine.isn == what.seq);
  if (differs && !what.has(flag::ack)) return "a SYN repeated with another number";
  // A SYN that was late finds a connection that is over and opens a new one.
  if (differs) mine = {};
  if (!mine.isn) {
    mine.isn = what.seq;
    mine.sent_end = what.seq + 1;
    mine.edge = sequence{};
  }
  mine.mss = what.mss;
  mine.offers_shift = what.window_scale.has_value();
  mine.shift = what.window_scale.value_or(0);
  return "";
}

std::string segment_rules::see_ack(spoken_so_far& mine, const spoken_so_far& other,
                                   const tcp::segment& what) const {
  if (other.isn && what.ack > other.sent_end) return "an ACK of what was never sent";
  if (mine.acked && what.ack < *mine.acked) return "an ACK that goes back";
  // A window in a SYN is never scaled, and the others only when both offered it.
  const bool scaled = mine.offers_shift && other.offers_shift && !what.has(flag::syn);
  const std::uint32_t grain = scaled ? (1U << mine.shift) - 1 : 0;
  const sequence edge = what.ack + (std::uint32_t{what.window} << (scaled ? mine.shift : 0));
  if (mine.acked && edge + grain < mine.edge) return "a window whose right edge moves back";
  if (!mine.acked || edge > mine.edge) mine.edge = edge;
  if (!mine.acked || what.ack > *mine.acked) mine.acked = what.ack;
  return "";
}

std::string segment_rules::see_text(spoken_so_far& mine, const spoken_so_far& other,
                                    const tcp::segment& what) const {
  const sequence start = what.seq + (what.has(flag::syn) ? 1U : 0U);
  const sequence end = start + what.payload_bytes;
  if (what.payload_bytes > 0) {
    if (other.acked && end > other.edge + 1) return "text beyond the window";
    if (other.mss && what.payload_bytes > std::uint32_t{*other.mss})
      return "a segment beyond the MSS";
    if (mine.fin && end > *mine.fin) return "text behind the FIN";
  }
  if (what.has(flag::fin)) {
    if (mine.fin && !(*mine.fin == end)) return "a FIN in another place";
    mine.fin = end;
  }
  const sequence whole = end + (what.has(flag::fin) ? 1U : 0U);
  if (whole > mine.sent_end) mine.sent_end = whole;
  return "";
}

}  // namespace wirebird::sim
