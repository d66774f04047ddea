#include "dataplane/tcp/isn.hh"

#include "dataplane/tcp/demux.hh"

#include <algorithm>
#include <chrono>

namespace wirebird::tcp {

std::uint64_t isn_source::hash(const four_tuple& tuple, std::uint8_t purpose) const noexcept {
  std::uint8_t tuple_part[36];
  const std::size_t count = tuple_bytes(tuple, tuple_part);
  std::uint8_t bytes[37];
  bytes[0] = purpose;
  std::copy_n(tuple_part, count, bytes + 1);
  return siphash(secret_, {bytes, count + 1});
}

sequence isn_source::initial(const four_tuple& tuple, instant now) const noexcept {
  const auto clock = now.time_since_epoch() / std::chrono::microseconds(4);
  return {static_cast<std::uint32_t>(hash(tuple, 'i')) + static_cast<std::uint32_t>(clock)};
}

std::uint32_t isn_source::timestamp_offset(const four_tuple& tuple) const noexcept {
  return static_cast<std::uint32_t>(hash(tuple, 't'));
}

}  // namespace wirebird::tcp
