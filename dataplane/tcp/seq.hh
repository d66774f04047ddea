#pragma once

#include <cstdint>

namespace wirebird::tcp {

/// A sequence number (RFC 9293 3.4): a place in a stream modulo 2^32. Comparisons hold for numbers
/// less than 2^31 apart, which windows of at most 1 GiB guarantee.
struct sequence {
  std::uint32_t value = 0;

  friend constexpr bool operator==(sequence, sequence) noexcept = default;
  friend constexpr sequence operator+(sequence at, std::uint32_t count) noexcept {
    return {at.value + count};
  }
  friend constexpr sequence operator-(sequence at, std::uint32_t count) noexcept {
    return {at.value - count};
  }
  /// How far `left` lies behind `right`; negative when it lies in front.
  friend constexpr std::int32_t operator-(sequence left, sequence right) noexcept {
    return static_cast<std::int32_t>(left.value - right.value);
  }
  friend constexpr bool operator<(sequence left, sequence right) noexcept {
    return left - right < 0;
  }
  friend constexpr bool operator<=(sequence left, sequence right) noexcept {
    return left - right <= 0;
  }
  friend constexpr bool operator>(sequence left, sequence right) noexcept {
    return left - right > 0;
  }
  friend constexpr bool operator>=(sequence left, sequence right) noexcept {
    return left - right >= 0;
  }
};

/// The number of bytes from `from` to `to`, 0 when `to` does not lie behind it.
[[nodiscard]] constexpr std::uint32_t bytes_between(sequence from, sequence to) noexcept {
  return to > from ? static_cast<std::uint32_t>(to - from) : 0;
}

[[nodiscard]] constexpr sequence earlier(sequence a, sequence b) noexcept {
  return b < a ? b : a;
}

[[nodiscard]] constexpr sequence later(sequence a, sequence b) noexcept {
  return a < b ? b : a;
}

}  // namespace wirebird::tcp
