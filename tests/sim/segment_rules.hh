#pragma once

#include "dataplane/base/datagram.hh"
#include "dataplane/tcp/flow.hh"
#include "dataplane/tcp/segment.hh"

#include <cstdint>
#include <optional>
#include <string>

namespace wirebird::sim {

/// One end of a TCP connection as a listener on the cable knows it, from what the end sent.
struct spoken_so_far {
  std::optional<tcp::sequence> isn;    ///< of its SYN
  tcp::sequence sent_end;              ///< one past the last number it used
  std::optional<tcp::sequence> fin;    ///< where its stream ended
  std::optional<tcp::sequence> acked;  ///< the latest ACK number
  tcp::sequence edge;                  ///< one past the last number that it has ever allowed
  std::optional<std::uint16_t> mss;    ///< announced in its SYN
  std::uint8_t shift = 0;              ///< offered in its SYN
  bool offers_shift = false;
  std::optional<std::uint32_t> stamp;  ///< latest TSval
};

/// Watches one connection from the cable and says which of the rules that no end may ever break,
/// whatever the cable and the other end do, was broken:
///
///   a SYN repeated is the same SYN; an ACK neither goes back nor is for what was never sent; what
///   was allowed once stays allowed; nothing is sent beyond what was allowed (but for one byte of
///   probe) or in larger pieces than the other end takes; nothing follows a FIN; checksums hold.
///
/// Sees segments as they are sent, before the cable harms them.
class segment_rules {
 public:
  explicit segment_rules(const tcp::four_tuple& seen_from_0) : tuple_(seen_from_0) {}

  /// `from`: 0 or 1. returns: the rule that was broken, or an empty text. Segments of other
  /// connections are not looked at.
  [[nodiscard]] std::string see(unsigned from, const datagram&);
  [[nodiscard]] const spoken_so_far& said_by(unsigned side) const noexcept { return said_[side]; }
  [[nodiscard]] const tcp::four_tuple& tuple() const noexcept { return tuple_; }

 private:
  [[nodiscard]] std::string see_syn(spoken_so_far&, const tcp::segment&) const;
  [[nodiscard]] std::string see_ack(spoken_so_far&, const spoken_so_far& other,
                                    const tcp::segment&) const;
  [[nodiscard]] std::string see_text(spoken_so_far&, const spoken_so_far& other,
                                     const tcp::segment&) const;

  tcp::four_tuple tuple_;
  spoken_so_far said_[2];
};

}  // namespace wirebird::sim
