#pragma once

#include "dataplane/base/address.hh"

#include <cstdint>

namespace wirebird::tcp {

/// The 4-tuple that names a connection, seen from here.
struct four_tuple {
  endpoint local;
  endpoint remote;

  friend bool operator==(const four_tuple&, const four_tuple&) = default;
};

/// Anything that owns a 4-tuple. What it is says `kind`; the demux leads from the 4-tuple to it
/// with one lookup per segment.
struct flow {
  enum class kind : std::uint8_t { connection, half_open, time_wait };

  explicit flow(kind which) noexcept : what(which) {}

  kind what;
  four_tuple tuple;
  std::uint32_t hash = 0;  ///< of the tuple; kept by the demux
};

}  // namespace wirebird::tcp
