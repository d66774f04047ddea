#include "protocol/utf8.hh"

#include <cstdint>

namespace wirebird::protocol {
namespace {

/// Which second bytes may follow a lead byte, and how long the sequence is.
struct sequence {
  std::size_t length = 0;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xbf;
};

/// The bounds keep out overlong forms, surrogates and what lies above U+10FFFF.
sequence sequence_of(std::uint8_t lead) noexcept {
  if (lead < 0x80) return {.length = 1};
  if (lead < 0xc2 || lead > 0xf4) return {};
  if (lead < 0xe0) return {.length = 2};
  if (lead == 0xe0) return {.length = 3, .second_min = 0xa0};
  if (lead == 0xed) return {.length = 3, .second_max = 0x9f};
  if (lead < 0xf0) return {.length = 3};
  if (lead == 0xf0) return {.length = 4, .second_min = 0x90};
  if (lead == 0xf4) return {.length = 4, .second_max = 0x8f};
  return {.length = 4};
}

}  // namespace

std::size_t utf8_length(std::string_view text) noexcept {
  const auto [length, second_min, second_max] =
      sequence_of(static_cast<std::uint8_t>(text.front()));
  if (length < 2) return length;
  if (text.size() < length) return 0;
  const auto second = static_cast<std::uint8_t>(text[1]);
  if (second < second_min || second > second_max) return 0;
  for (const char byte : text.substr(2, length - 2))
    if ((static_cast<std::uint8_t>(byte) & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace wirebird::protocol
