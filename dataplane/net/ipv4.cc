#include "dataplane/net/ipv4.hh"

#include "dataplane/base/checksum.hh"

namespace wirebird::net {

std::optional<ipv4_view> ipv4_view::of_quoted(byte_view bytes) noexcept {
  if (bytes.size() < ipv4_header_bytes || bytes[0] >> 4 != 4) return std::nullopt;
  const ipv4_view view(bytes);
  const bool sound =
      view.header_bytes() >= ipv4_header_bytes && view.header_bytes() <= bytes.size();
  return sound ? std::optional(view) : std::nullopt;
}

std::optional<ipv4_view> ipv4_view::of(byte_view bytes) noexcept {
  const auto view = of_quoted(bytes);
  if (!view) return std::nullopt;
  const std::uint32_t total = view->total_bytes();
  if (total < view->header_bytes() || total > bytes.size()) return std::nullopt;
  return ipv4_view(bytes.first(total));
}

bool ipv4_view::checksum_holds() const noexcept {
  return checksum_finish(checksum_add(0, packet_.first(header_bytes()))) == 0;
}

ipv4_header parse(const ipv4_view& view) noexcept {
  return {.traffic_class = view.traffic_class(),
          .total_bytes = view.total_bytes(),
          .identification = view.identification(),
          .dont_fragment = view.dont_fragment(),
          .more_fragments = view.more_fragments(),
          .fragment_offset = view.fragment_offset(),
          .ttl = view.ttl(),
          .protocol = view.protocol(),
          .source = view.source(),
          .destination = view.destination()};
}

void emit(const ipv4_header& header, mutable_bytes into, ipv4_checksum checksum) noexcept {
  std::uint8_t* at = into.data();
  at[0] = 0x45;  // version 4, five words
  at[1] = header.traffic_class;
  store_be16(at + 2, header.total_bytes);
  store_be16(at + 4, header.identification);
  const unsigned flags =
      (header.dont_fragment ? 0x4000U : 0U) | (header.more_fragments ? 0x2000U : 0U);
  store_be16(at + 6, static_cast<std::uint16_t>(flags | (header.fragment_offset & 0x1fffU)));
  at[8] = header.ttl;
  at[9] = header.protocol;
  store_be16(at + 10, 0);
  store_be32(at + 12, header.source);
  store_be32(at + 16, header.destination);
  if (checksum == ipv4_checksum::here)
    store_be16(at + 10, checksum_finish(checksum_add(0, into.first(ipv4_header_bytes))));
}

}  // namespace wirebird::net
