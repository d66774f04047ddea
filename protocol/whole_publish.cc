#include "protocol/whole_publish.hh"

#include "protocol/arguments.hh"

#include <bit>
#include <cstdint>
#include <cstring>

namespace wirebird::protocol {
namespace {

constexpr std::uint64_t in_every_byte = 0x0101010101010101;
constexpr std::string_view verb_and_blank = "PUB ";
constexpr std::size_t arguments_max = 3;

/// returns: the first byte that is a blank or a control character, or `end`.
const char* end_of_argument(const char* at, const char* end) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    for (; end - at >= 8; at += 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, at, sizeof bytes);
      // The high bit of each byte below 0x21; a borrow can only mark bytes behind the first.
      const std::uint64_t low = (bytes - in_every_byte * 0x21) & ~bytes & in_every_byte * 0x80;
      if (low != 0) return at + std::countr_zero(low) / 8;
    }
  }
  while (at != end && static_cast<unsigned char>(*at) > 0x20) ++at;
  return at;
}

}  // namespace

std::size_t read_whole_publish(std::string_view input, std::size_t line_bytes_max,
                               publish_op& op) noexcept {
  if (!input.starts_with(verb_and_blank)) return 0;
  const char* at = input.data() + verb_and_blank.size();
  const char* const end = input.data() + input.size();
  std::string_view arguments[arguments_max];
  std::size_t count = 0;
  const char* first = nullptr;
  while (true) {
    while (at != end && is_blank(*at)) ++at;
    const char* const begin = at;
    if (count == 0) first = begin;
    at = end_of_argument(at, end);
    if (at == begin) break;
    if (count == arguments_max) return 0;
    arguments[count++] = {begin, static_cast<std::size_t>(at - begin)};
  }
  const auto line_bytes = static_cast<std::size_t>(at - first);
  if (at != end && *at == '\r') ++at;
  if (at == end || *at != '\n' || count < 2 || line_bytes > line_bytes_max) return 0;
  const auto size = read_size(arguments[count - 1]);
  if (!size) return 0;
  op.subject = arguments[0];
  op.reply = count == arguments_max ? arguments[1] : std::string_view{};
  op.header_size_text = {};
  op.total_size_text = arguments[count - 1];
  op.header_size = 0;
  op.total_size = *size;
  op.has_headers = false;
  return static_cast<std::size_t>(at + 1 - input.data());
}

}  // namespace wirebird::protocol
