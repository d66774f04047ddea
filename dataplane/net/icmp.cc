#include "dataplane/net/icmp.hh"

#include "dataplane/base/checksum.hh"
#include "dataplane/base/datagram.hh"
#include "dataplane/net/ipv4.hh"

namespace wirebird::net {

namespace {

/// RFC 792: an error quotes at least these bytes of what its packet carried; TCP's ports and
/// sequence number are in them.
constexpr std::size_t quoted_payload_bytes_min = 8;

bool is_error(icmp_type type) noexcept {
  return type == icmp_type::destination_unreachable || type == icmp_type::time_exceeded ||
         type == icmp_type::parameter_problem;
}

path_error::kind kind_of(const icmp_view& view) noexcept {
  if (view.type() != icmp_type::destination_unreachable) return path_error::kind::unreachable;
  switch (view.code()) {
    case icmp_fragmentation_needed: return path_error::kind::too_big;
    case icmp_protocol_unreachable:
    case icmp_port_unreachable:
    case icmp_network_prohibited:
    case icmp_host_prohibited:
    case icmp_communication_prohibited: return path_error::kind::refused;
    default: return path_error::kind::unreachable;
  }
}

}  // namespace

bool icmp_view::checksum_holds() const noexcept {
  return checksum_finish(checksum_add(0, message_)) == 0;
}

icmp_header parse(const icmp_view& view) noexcept {
  return {view.type(), view.code(), view.rest()};
}

void emit(const icmp_header& header, mutable_bytes message) noexcept {
  std::uint8_t* at = message.data();
  at[0] = static_cast<std::uint8_t>(header.type);
  at[1] = header.code;
  store_be16(at + 2, 0);
  store_be32(at + 4, header.rest);
  store_be16(at + 2, checksum_finish(checksum_add(0, message)));
}

std::optional<path_error> parse_tcp_error(const icmp_view& view) noexcept {
  if (!is_error(view.type())) return std::nullopt;
  const auto quoted = ipv4_view::of_quoted(view.body());
  if (!quoted || quoted->protocol() != static_cast<std::uint8_t>(ip_protocol::tcp) ||
      quoted->fragment_offset() != 0 || quoted->payload().size() < quoted_payload_bytes_min)
    return std::nullopt;
  const std::uint8_t* tcp = quoted->payload().data();
  return path_error{.what = kind_of(view),
                    .local = {ip_address::from_v4(quoted->source()), load_be16(tcp)},
                    .remote = {ip_address::from_v4(quoted->destination()), load_be16(tcp + 2)},
                    .sequence = load_be32(tcp + 4),
                    .mtu = static_cast<std::uint16_t>(view.rest())};
}

}  // namespace wirebird::net
