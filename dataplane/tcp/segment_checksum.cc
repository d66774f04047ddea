#include "dataplane/tcp/segment_checksum.hh"

#include "dataplane/base/checksum.hh"

namespace wirebird::tcp {

namespace {

constexpr std::size_t checksum_offset = 16;  // in the header, RFC 9293 3.1

std::uint64_t pseudo_header(const datagram& packet) noexcept {
  return checksum_pseudo_header(packet.source, packet.destination,
                                static_cast<std::uint8_t>(ip_protocol::tcp), packet.payload.size());
}

}  // namespace

bool checksum_is_good(const datagram& packet) noexcept {
  if (packet.payload.marks().checksums_verified) return true;
  if (packet.payload.marks().checksum_wrong) return false;
  return checksum_finish(checksum_add(pseudo_header(packet), packet.payload.bytes())) == 0;
}

bool checksum_is_partial(const datagram& packet) noexcept {
  const std::uint16_t field = load_be16(packet.payload.bytes().data() + checksum_offset);
  return field == static_cast<std::uint16_t>(~checksum_finish(pseudo_header(packet)));
}

void fill_checksum(datagram& packet, bool offload) noexcept {
  std::uint64_t sum = pseudo_header(packet);
  std::uint8_t* field = packet.payload.writable().data() + checksum_offset;
  if (offload) {
    packet.payload.marks().offload_checksums = true;
    store_be16(field, static_cast<std::uint16_t>(~checksum_finish(sum)));
    return;
  }
  sum = checksum_add(sum, packet.payload.bytes());
  store_be16(field, checksum_finish(sum));
}

}  // namespace wirebird::tcp
