#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wirebird::steering {

/// The hash by which network cards spread flows over queues (Toeplitz, as Microsoft's "Verifying
/// the RSS Hash Calculation" defines it), computed here: with a card's key the numbers are the
/// card's. Over addresses and ports of TCP over IPv4. Immutable: any thread. One hash is twelve
/// lookups.
class toeplitz {
 public:
  /// As long as the longest that a card takes.
  using key = std::array<std::uint8_t, 52>;
  /// Source address, destination address, source port, destination port, in network order.
  static constexpr std::size_t input_bytes = 12;

  explicit toeplitz(const key&) noexcept;

  [[nodiscard]] std::uint32_t operator()(
      const std::array<std::uint8_t, input_bytes>& input) const noexcept {
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < input_bytes; ++i) hash ^= of_byte_[i][input[i]];
    return hash;
  }

 private:
  /// What each value of each byte adds: 12 KiB.
  std::array<std::array<std::uint32_t, 256>, input_bytes> of_byte_{};
};

}  // namespace wirebird::steering
