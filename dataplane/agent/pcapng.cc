#include "dataplane/agent/pcapng.hh"

#include <cstddef>
#include <string_view>

namespace wirebird::agent {

namespace {

enum block_type : std::uint32_t {
  section_header = 0x0a0d0d0a,
  interface_description = 1,
  interface_statistics = 5,
  enhanced_packet = 6,
};
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t link_ethernet = 1;
constexpr std::size_t alignment = 4;

enum option_code : std::uint16_t {
  end_of_options = 0,
  packet_flags = 2,
  section_application = 4,
  statistics_dropped = 5,
  time_resolution = 9,
};

template <typename Number>
void put(std::string& to, Number value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void pad(std::string& to) {
  to.resize((to.size() + alignment - 1) / alignment * alignment);
}

void put_option(std::string& to, option_code code, std::string_view value) {
  put(to, static_cast<std::uint16_t>(code));
  put(to, static_cast<std::uint16_t>(value.size()));
  to += value;
  pad(to);
}

template <typename Number>
void put_number(std::string& to, option_code code, Number value) {
  put_option(to, code, {reinterpret_cast<const char*>(&value), sizeof value});
}

/// The body between type and length at both ends.
std::string block(block_type type, std::string body) {
  put_option(body, end_of_options, "");
  const auto total = static_cast<std::uint32_t>(body.size() + 12);
  std::string made;
  put(made, static_cast<std::uint32_t>(type));
  put(made, total);
  made += body;
  put(made, total);
  return made;
}

void put_time(std::string& to, std::uint64_t at_ns) {
  put(to, static_cast<std::uint32_t>(at_ns >> 32));
  put(to, static_cast<std::uint32_t>(at_ns));
}

}  // namespace

std::string pcapng_head(const std::string& program) {
  std::string section;
  put(section, byte_order_magic);
  put(section, std::uint16_t{1});
  put(section, std::uint16_t{0});
  put(section, std::int64_t{-1});  // length of the section: not said
  put_option(section, section_application, program);
  std::string interface;
  put(interface, link_ethernet);
  put(interface, std::uint16_t{0});
  put(interface, std::uint32_t{0});  // frames are not cut
  constexpr std::uint8_t nanoseconds = 9;
  put_number(interface, time_resolution, nanoseconds);
  return block(section_header, section) + block(interface_description, interface);
}

std::string pcapng_block(const pcapng_packet& packet) {
  std::string body;
  put(body, std::uint32_t{0});
  put_time(body, packet.at_ns);
  put(body, static_cast<std::uint32_t>(packet.kept.size()));
  put(body, packet.length);
  body += as_text(packet.kept);
  pad(body);
  put_number(body, packet_flags, std::uint32_t{packet.outbound ? 2U : 1U});
  return block(enhanced_packet, body);
}

std::string pcapng_tail(std::uint64_t at_ns, std::uint64_t lost) {
  std::string body;
  put(body, std::uint32_t{0});
  put_time(body, at_ns);
  put_number(body, statistics_dropped, lost);
  return block(interface_statistics, body);
}

}  // namespace wirebird::agent
