#pragma once

#include "dataplane/base/bytes.hh"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wirebird::fuzz {

/// A fuzzer's bytes, taken from the front; zeros when there are no more.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) noexcept : rest_(data, size) {}

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::uint8_t u8() noexcept {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  [[nodiscard]] std::uint16_t u16() noexcept {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  [[nodiscard]] std::uint32_t u32() noexcept {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  /// At most `count` bytes.
  [[nodiscard]] byte_view bytes(std::size_t count) noexcept {
    const byte_view taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  byte_view rest_;
};

}  // namespace wirebird::fuzz
