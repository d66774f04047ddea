#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/tcp/segment.hh"

#include <chrono>
#include <cstdint>
#include <optional>

namespace wirebird::tcp {

/// What two SYNs have agreed on: kept by a half-open connection, taken over by the connection.
struct handshake {
  sequence iss;                       ///< our initial sequence number
  sequence irs;                       ///< the peer's
  std::uint32_t mss = 0;              ///< payload per segment to the peer, without options
  std::optional<std::uint8_t> shift;  ///< the peer's window shift; nothing: no scaling either way
  bool sack_permitted = false;        ///< both sides may send SACK blocks
  bool stamps = false;                ///< both sides send timestamps
  std::uint32_t ts_recent = 0;        ///< RFC 7323 TS.Recent
  std::uint32_t ts_offset = 0;        ///< start of our timestamp clock
};

/// Our timestamp clock: milliseconds (RFC 7323 5.4 allows 1 ms to 1 s) from a private offset.
[[nodiscard]] inline std::uint32_t timestamp_at(std::uint32_t offset, instant now) noexcept {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  return offset + static_cast<std::uint32_t>(ms);
}

/// Payload of a full segment under these terms, timestamps taken off.
[[nodiscard]] inline std::uint32_t full_segment(const handshake& agreed) noexcept {
  return agreed.mss - (agreed.stamps ? timestamps_bytes : 0);
}

struct four_tuple;
class emitter;

/// Notes what the peer's SYN says; MSS is clamped to the link and to limits::mss_floor.
void read_syn(const segment& syn, const four_tuple&, const emitter&, handshake& into) noexcept;
/// A SYN or SYN-ACK of ours: `answer` says that the peer's SYN is known, so only what it offered
/// is offered back. `window`: bytes, never scaled in a SYN (RFC 7323 2.2).
[[nodiscard]] segment write_syn(const handshake&, const four_tuple&, const emitter&, bool answer,
                                std::uint32_t window, instant now) noexcept;

}  // namespace wirebird::tcp
