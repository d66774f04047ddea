#include "dataplane/tcp/segment.hh"

#include "dataplane/base/check.hh"

#include <algorithm>

namespace wirebird::tcp {

namespace {

// Option kinds (RFC 9293 3.2, RFC 7323, RFC 2018) and their lengths.
constexpr std::uint8_t kind_end = 0;
constexpr std::uint8_t kind_nop = 1;
constexpr std::uint8_t kind_mss = 2;
constexpr std::uint8_t kind_window_scale = 3;
constexpr std::uint8_t kind_sack_permitted = 4;
constexpr std::uint8_t kind_sack = 5;
constexpr std::uint8_t kind_timestamps = 8;
constexpr std::uint8_t length_mss = 4;
constexpr std::uint8_t length_window_scale = 3;
constexpr std::uint8_t length_sack_permitted = 2;
constexpr std::uint8_t length_timestamps = 10;

void parse_sack(segment& into, byte_view body) noexcept {
  if (body.size() % 8 != 0) return;
  for (; body.size() >= 8 && into.sack_count < segment::sack_blocks_max; body = body.subspan(8))
    into.sack[into.sack_count++] = {{load_be32(body.data())}, {load_be32(body.data() + 4)}};
}

/// One option with its body; a known kind with a wrong length is ignored like an unknown kind.
void parse_option(segment& into, std::uint8_t kind, byte_view body) noexcept {
  const std::size_t length = body.size() + 2;
  switch (kind) {
    case kind_mss:
      if (length == length_mss) into.mss = load_be16(body.data());
      break;
    case kind_window_scale:
      if (length == length_window_scale) into.window_scale = body[0];
      break;
    case kind_sack_permitted:
      if (length == length_sack_permitted) into.sack_permitted = true;
      break;
    case kind_timestamps:
      if (length == length_timestamps)
        into.stamps = timestamps{load_be32(body.data()), load_be32(body.data() + 4)};
      break;
    case kind_sack: parse_sack(into, body); break;
    default: break;
  }
}

void parse_options(segment& into, byte_view options) noexcept {
  while (!options.empty()) {
    const std::uint8_t kind = options[0];
    if (kind == kind_end) return;
    if (kind == kind_nop) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) {
      into.options_cut = true;
      return;
    }
    const std::size_t length = options[1];
    parse_option(into, kind, options.subspan(2, length - 2));
    options = options.subspan(length);
  }
}

/// Bytes of all options but SACK blocks, each group padded to 4 in front.
std::uint32_t fixed_option_bytes(const segment& from) noexcept {
  return (from.mss ? 4U : 0U) + (from.window_scale ? 4U : 0U) + (from.sack_permitted ? 4U : 0U) +
         (from.stamps ? timestamps_bytes : 0U);
}

std::uint32_t emitted_sack_blocks(const segment& from) noexcept {
  constexpr std::uint32_t room = header_bytes_max - header_bytes_min;
  const std::uint32_t left = room - fixed_option_bytes(from);
  if (from.sack_count == 0 || left < 12) return 0;
  return std::min<std::uint32_t>(from.sack_count, (left - 4) / 8);
}

std::uint8_t* emit_options(const segment& from, std::uint8_t* at) noexcept {
  if (from.mss) {
    *at++ = kind_mss;
    *at++ = length_mss;
    store_be16(at, *from.mss);
    at += 2;
  }
  if (from.sack_permitted) {
    *at++ = kind_nop;
    *at++ = kind_nop;
    *at++ = kind_sack_permitted;
    *at++ = length_sack_permitted;
  }
  if (from.stamps) {
    *at++ = kind_nop;
    *at++ = kind_nop;
    *at++ = kind_timestamps;
    *at++ = length_timestamps;
    store_be32(at, from.stamps->value);
    store_be32(at + 4, from.stamps->echo);
    at += 8;
  }
  if (from.window_scale) {
    *at++ = kind_nop;
    *at++ = kind_window_scale;
    *at++ = length_window_scale;
    *at++ = *from.window_scale;
  }
  return at;
}

}  // namespace

std::optional<segment> parse(byte_view bytes) noexcept {
  if (bytes.size() < header_bytes_min) return std::nullopt;
  const std::uint8_t* at = bytes.data();
  const std::uint32_t header = (at[12] >> 4) * 4U;
  if (header < header_bytes_min || header > bytes.size()) return std::nullopt;
  segment result;
  result.source_port = load_be16(at);
  result.destination_port = load_be16(at + 2);
  result.seq = {load_be32(at + 4)};
  result.ack = {load_be32(at + 8)};
  result.flags = at[13];
  result.window = load_be16(at + 14);
  result.header_bytes = header;
  result.payload_bytes = static_cast<std::uint32_t>(bytes.size()) - header;
  parse_options(result, bytes.subspan(header_bytes_min, header - header_bytes_min));
  return result;
}

std::uint32_t emitted_bytes(const segment& from) noexcept {
  const std::uint32_t blocks = emitted_sack_blocks(from);
  return header_bytes_min + fixed_option_bytes(from) + (blocks != 0 ? 4 + 8 * blocks : 0);
}

void emit(const segment& from, mutable_bytes out) noexcept {
  const std::uint32_t size = emitted_bytes(from);
  debug_check(out.size() >= size);
  std::uint8_t* at = out.data();
  store_be16(at, from.source_port);
  store_be16(at + 2, from.destination_port);
  store_be32(at + 4, from.seq.value);
  store_be32(at + 8, from.ack.value);
  at[12] = static_cast<std::uint8_t>(size / 4 << 4);
  at[13] = from.flags;
  store_be16(at + 14, from.window);
  store_be16(at + 16, 0);
  store_be16(at + 18, 0);
  at = emit_options(from, at + header_bytes_min);
  const std::uint32_t blocks = emitted_sack_blocks(from);
  if (blocks == 0) return;
  *at++ = kind_nop;
  *at++ = kind_nop;
  *at++ = kind_sack;
  *at++ = static_cast<std::uint8_t>(2 + 8 * blocks);
  for (std::uint32_t i = 0; i < blocks; ++i, at += 8) {
    store_be32(at, from.sack[i].begin.value);
    store_be32(at + 4, from.sack[i].end.value);
  }
}

}  // namespace wirebird::tcp
