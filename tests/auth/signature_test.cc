#include "dataplane/auth/signature.hh"

#include "tests/auth/signer.hh"

#include <algorithm>
#include <random>

namespace wirebird::auth {
namespace {

/// RFC 8032, 7.1, test 2: one byte, 72.
constexpr public_key rfc_key{0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a,
                             0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4,
                             0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
constexpr std::array<std::uint8_t, 64> rfc_signature{
    0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40,
    0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda,
    0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99, 0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c,
    0x38, 0x7b, 0x2e, 0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};

TEST(signature, known_answer_of_rfc_8032) {
  const std::string good = base64_of(rfc_signature);
  EXPECT_TRUE(is_signed("r", good, rfc_key));
  EXPECT_FALSE(is_signed("s", good, rfc_key));
  EXPECT_FALSE(is_signed("", good, rfc_key));
}

TEST(signature, another_key_has_not_signed) {
  const signer one(1);
  const signer other(2);
  const std::string signature = one.sign("PXoWU7zWAMt75FY");
  EXPECT_TRUE(is_signed("PXoWU7zWAMt75FY", signature, one.key()));
  EXPECT_FALSE(is_signed("PXoWU7zWAMt75FY", signature, other.key()));
  EXPECT_FALSE(is_signed("PXoWU7zWAMt75FY", signature, public_key{}));
  EXPECT_FALSE(is_signed("PXoWU7zWAMt75FX", signature, one.key()));
}

TEST(signature, common_base64_with_padding_is_taken_too) {
  std::string text = base64_of(rfc_signature);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  EXPECT_TRUE(is_signed("r", text + "==", rfc_key));
  EXPECT_FALSE(is_signed("r", base64_of(rfc_signature).substr(1) + "===", rfc_key));
}

TEST(signature, text_of_any_other_shape_is_refused) {
  const std::string good = base64_of(rfc_signature);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(is_signed("r", good.substr(0, size), rfc_key)) << size;
  EXPECT_FALSE(is_signed("r", good + "A", rfc_key));
  EXPECT_FALSE(is_signed("r", good + std::string(100'000, 'A'), rfc_key));
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text = good;
    const std::size_t at = random() % (text.size() - 1);  // the last letter has idle bits
    const char other = static_cast<char>(random() % 256);
    if (text[at] == other) continue;
    text[at] = other;
    EXPECT_FALSE(is_signed("r", text, rfc_key)) << at << ' ' << int(other);
  }
}

}  // namespace
}  // namespace wirebird::auth
