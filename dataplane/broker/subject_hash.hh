#pragma once

#include "dataplane/base/siphash.hh"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace wirebird::broker {

/// The hash of subjects, tokens, queue names and sids: secret words folded in by multiplication,
/// about a nanosecond per eight bytes, several times less than SipHash for a typical subject. Peers
/// choose what is hashed but never see a hash, and the key is new with every start; a flood of
/// collisions would slow a table down, not break it. Not for secrets.
class subject_hash {
 public:
  explicit subject_hash(const siphash_key& key) noexcept
      : key_{fold(key[0] ^ spread, key[1] ^ other_spread),
             fold(key[1] ^ spread, key[0] ^ other_spread)} {}

  /// `context` tells apart equal texts in different places (a token below different parents).
  [[nodiscard]] std::uint64_t operator()(std::string_view text,
                                         std::uint64_t context = 0) const noexcept {
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t state = fold(key_[0] ^ context, spread ^ left);
    for (; left > 16; at += 16, left -= 16)
      state = fold(load<std::uint64_t>(at) ^ state, load<std::uint64_t>(at + 8) ^ key_[1]);
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (left >= 8) {
      first = load<std::uint64_t>(at);
      last = load<std::uint64_t>(at + left - 8);
    } else if (left >= 4) {
      first = load<std::uint32_t>(at);
      last = load<std::uint32_t>(at + left - 4);
    } else if (left > 0) {
      first = static_cast<std::uint8_t>(at[0]);
      last = load<std::uint8_t>(at + left / 2) | std::uint64_t{load<std::uint8_t>(at + left - 1)}
                                                     << 8;
    }
    return fold(fold(first ^ state, last ^ key_[1]), key_[0] ^ spread);
  }

 private:
  __extension__ using wide = unsigned __int128;
  static constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;        // 2^64 over the golden ratio
  static constexpr std::uint64_t other_spread = 0xbf58476d1ce4e5b9;  // splitmix64's first factor

  template <typename Integer>
  static Integer load(const char* at) noexcept {
    Integer value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    const wide product = wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::uint64_t key_[2];
};

}  // namespace wirebird::broker
