#include "dataplane/base/checksum.hh"

#include <bit>
#include <cstring>

namespace wirebird {

namespace {

std::uint64_t add_with_carry(std::uint64_t sum, std::uint64_t word) noexcept {
  sum += word;
  return sum + (sum < word ? 1 : 0);
}

}  // namespace

// The sum is taken in the machine's byte order, eight bytes at a time: a ones' complement sum of
// 16-bit words is the same up to a final byte swap (RFC 1071 2(B)).
std::uint64_t checksum_add(std::uint64_t sum, byte_view bytes) noexcept {
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t other = 0;
  for (; left >= 16; at += 16, left -= 16) {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::memcpy(&first, at, 8);
    std::memcpy(&second, at + 8, 8);
    sum = add_with_carry(sum, first);
    other = add_with_carry(other, second);
  }
  sum = add_with_carry(sum, other);
  for (; left >= 2; at += 2, left -= 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, at, 2);
    sum = add_with_carry(sum, word);
  }
  if (left == 1) {
    std::uint16_t word = 0;
    std::memcpy(&word, at, 1);
    sum = add_with_carry(sum, word);
  }
  return sum;
}

std::uint64_t checksum_pseudo_header(const ip_address& source, const ip_address& destination,
                                     std::uint8_t protocol, std::uint32_t length) noexcept {
  const std::size_t skip = source.is_v4() ? 12 : 0;
  std::uint64_t sum = checksum_add(0, byte_view(source.octets).subspan(skip));
  sum = checksum_add(sum, byte_view(destination.octets).subspan(skip));
  const std::uint8_t tail[8] = {static_cast<std::uint8_t>(length >> 24),
                                static_cast<std::uint8_t>(length >> 16),
                                static_cast<std::uint8_t>(length >> 8),
                                static_cast<std::uint8_t>(length),
                                0,
                                0,
                                0,
                                protocol};
  return checksum_add(sum, tail);
}

std::uint16_t checksum_finish(std::uint64_t sum) noexcept {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  auto folded = static_cast<std::uint16_t>(sum);
  if constexpr (std::endian::native == std::endian::little)
    folded = static_cast<std::uint16_t>((folded << 8) | (folded >> 8));
  return static_cast<std::uint16_t>(~folded);
}

}  // namespace wirebird
