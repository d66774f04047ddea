#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::faults {

/// CRC-32 as Ethernet has it (reflected polynomial 0xEDB88320), byte by byte.
[[nodiscard]] inline std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < made.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t sum = 0xFFFFFFFFU;
  for (const char c : bytes) sum = (sum >> 8) ^ table[(sum ^ static_cast<std::uint8_t>(c)) & 0xFFU];
  return ~sum;
}

}  // namespace wirebird::faults
