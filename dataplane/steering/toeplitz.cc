#include "dataplane/steering/toeplitz.hh"

namespace wirebird::steering {

namespace {

/// 32 bits of the key from this bit on.
std::uint32_t window(const toeplitz::key& key, std::size_t first_bit) noexcept {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | key[first_bit / 8 + i];
  return static_cast<std::uint32_t>(bits >> (8 - first_bit % 8));
}

}  // namespace

toeplitz::toeplitz(const key& secret) noexcept {
  static_assert(input_bytes + 4 <= std::tuple_size_v<key>);
  for (std::size_t i = 0; i < input_bytes; ++i)
    for (std::size_t value = 0; value < 256; ++value)
      for (std::size_t bit = 0; bit < 8; ++bit)
        if ((value >> (7 - bit) & 1) != 0) of_byte_[i][value] ^= window(secret, 8 * i + bit);
}

}  // namespace wirebird::steering
