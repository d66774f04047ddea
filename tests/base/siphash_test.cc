#include "dataplane/base/siphash.hh"

#include <vector>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

// The designers' reference vectors: key 00..0f, input 00, 01, 02, ... of each length.
TEST(siphash, reference_vectors) {
  constexpr siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  constexpr std::array<std::uint64_t, 16> expected{
      0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
      0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
      0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
      0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5};
  std::vector<std::uint8_t> input;
  for (std::size_t size = 0; size < expected.size(); ++size) {
    EXPECT_EQ(siphash(key, input), expected[size]) << size;
    input.push_back(static_cast<std::uint8_t>(size));
  }
}

TEST(siphash, key_and_length_matter) {
  const std::uint8_t zeros[16] = {};
  const std::uint64_t one = siphash({1, 2}, zeros);
  EXPECT_NE(one, siphash({1, 3}, zeros));
  EXPECT_NE(one, siphash({2, 2}, zeros));
  EXPECT_NE(one, siphash({1, 2}, byte_view(zeros).first(15)));
}

}  // namespace
}  // namespace wirebird
