#include "dataplane/tcp/syn_cookies.hh"

#include "dataplane/tcp/demux.hh"
#include "dataplane/tcp/limits.hh"

#include <algorithm>
#include <iterator>

namespace wirebird::tcp {

namespace {

/// What a cookie can say of the MSS: floor, the IPv4 default, the IPv6 minimum, tunnels, Ethernet.
constexpr std::uint32_t mss_values[] = {limits::mss_floor, 536, 1024, 1220, 1360, 1400, 1440, 1460};
static_assert(std::size(mss_values) == 8);

constexpr std::uint32_t no_shift = 15;
static_assert(limits::window_shift_max < no_shift);
constexpr std::uint32_t sack_bit = 16;
constexpr std::uint32_t stamp_mask = 31;

std::uint64_t period_at(instant now) noexcept {
  return static_cast<std::uint64_t>(now.time_since_epoch() / limits::cookie_period);
}

std::uint32_t index_of(std::uint32_t mss) noexcept {
  const auto above = std::upper_bound(std::begin(mss_values) + 1, std::end(mss_values), mss);
  return static_cast<std::uint32_t>(above - std::begin(mss_values)) - 1;
}

}  // namespace

std::uint32_t syn_cookies::number(const four_tuple& tuple, sequence irs, std::uint64_t period,
                                  std::uint32_t mss_index) const noexcept {
  std::uint8_t tuple_part[36];
  const std::size_t count = tuple_bytes(tuple, tuple_part);
  std::uint8_t bytes[36 + 14];
  bytes[0] = 'c';
  bytes[1] = static_cast<std::uint8_t>(mss_index);
  store_be32(bytes + 2, irs.value);
  store_be32(bytes + 6, static_cast<std::uint32_t>(period >> 32));
  store_be32(bytes + 10, static_cast<std::uint32_t>(period));
  std::copy_n(tuple_part, count, bytes + 14);
  const auto hash = static_cast<std::uint32_t>(siphash(secret_, {bytes, count + 14}));
  return (hash << 4) | (mss_index << 1) | static_cast<std::uint32_t>(period & 1);
}

segment syn_cookies::bake(const four_tuple& tuple, handshake& agreed, const emitter& out,
                          std::uint32_t window, instant now) noexcept {
  const std::uint64_t period = period_at(now);
  last_period_ = period;
  if (!agreed.stamps) {
    agreed.shift.reset();
    agreed.sack_permitted = false;
  }
  agreed.iss = {number(tuple, agreed.irs, period, index_of(agreed.mss))};
  segment answer = write_syn(agreed, tuple, out, true, window, now);
  if (!answer.stamps) return answer;
  const std::uint32_t bits =
      agreed.shift.value_or(no_shift) | (agreed.sack_permitted ? sack_bit : 0);
  const std::uint32_t clock = answer.stamps->value;
  std::uint32_t stamp = (clock & ~stamp_mask) | bits;
  if (sequence{stamp} > sequence{clock}) stamp -= stamp_mask + 1;  // never ahead of our clock
  answer.stamps->value = stamp;
  return answer;
}

bool syn_cookies::are_out(instant now) const noexcept {
  return last_period_ && period_at(now) - *last_period_ <= 1;
}

std::optional<handshake> syn_cookies::read(const four_tuple& tuple, const segment& ack,
                                           std::uint32_t ts_offset, instant now) const noexcept {
  handshake agreed;
  agreed.iss = ack.ack - 1;
  agreed.irs = ack.seq - 1;
  std::uint64_t period = period_at(now);
  if ((period & 1) != (agreed.iss.value & 1)) --period;
  const std::uint32_t mss_index = (agreed.iss.value >> 1) & 7;
  if (number(tuple, agreed.irs, period, mss_index) != agreed.iss.value) return std::nullopt;
  agreed.mss = mss_values[mss_index];
  agreed.ts_offset = ts_offset;
  agreed.stamps = ack.stamps.has_value();
  if (!ack.stamps) return agreed;
  agreed.ts_recent = ack.stamps->value;
  const std::uint32_t bits = ack.stamps->echo & stamp_mask;
  agreed.sack_permitted = (bits & sack_bit) != 0;
  const std::uint32_t shift = bits & no_shift;
  if (shift != no_shift)
    agreed.shift =
        static_cast<std::uint8_t>(std::min<std::uint32_t>(shift, limits::window_shift_max));
  return agreed;
}

}  // namespace wirebird::tcp
