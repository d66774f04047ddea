#pragma once

#include <bit>
#include <cstdint>

namespace wirebird {

/// Randomness as it is handed to a worker: a sequence from a seed (splitmix64, Steele, Lea and
/// Flood 2014). Good for choices such as which queue group member is served; not for secrets, which
/// come as siphash keys.
class random {
 public:
  explicit random(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// Uniform in 0 … bound - 1 up to a bias of bound / 2^64. requires: bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
    return static_cast<std::uint64_t>((wide{next()} * bound) >> 64);
  }
  /// True in `numerator` of `denominator` cases.
  [[nodiscard]] bool chance(std::uint64_t numerator, std::uint64_t denominator) noexcept {
    return below(denominator) < numerator;
  }

 private:
  __extension__ using wide = unsigned __int128;

  std::uint64_t state_;
};

}  // namespace wirebird
