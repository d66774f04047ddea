#include "dataplane/base/checksum.hh"

#include "dataplane/base/random.hh"

#include <vector>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

/// RFC 1071 as it is written: 16 bits at a time, big-endian.
std::uint16_t naive(byte_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += (unsigned{bytes[i]} << 8) | (i + 1 < bytes.size() ? bytes[i + 1] : 0U);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

TEST(checksum, example_of_rfc_1071) {
  const std::uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(checksum_finish(checksum_add(0, bytes)), 0xffff - 0xddf2);
}

TEST(checksum, equals_the_naive_sum_at_every_size_and_alignment) {
  random draw(5);
  std::vector<std::uint8_t> bytes(1600);
  for (auto& each : bytes) each = static_cast<std::uint8_t>(draw.next());
  for (std::size_t size = 0; size < 200; ++size)
    for (std::size_t from = 0; from < 16; ++from) {
      const byte_view view = byte_view(bytes).subspan(from, size);
      ASSERT_EQ(checksum_finish(checksum_add(0, view)), naive(view)) << size << " from " << from;
    }
  EXPECT_EQ(checksum_finish(checksum_add(0, bytes)), naive(bytes));
}

// Carries are what a wide sum can lose.
TEST(checksum, carries_survive_the_wide_sum) {
  for (const std::size_t size : {1U, 2U, 15U, 16U, 17U, 64U, 1500U, 65535U}) {
    const std::vector<std::uint8_t> ones(size, 0xff);
    EXPECT_EQ(checksum_finish(checksum_add(0, ones)), naive(ones)) << size;
    EXPECT_EQ(checksum_finish(checksum_add(~std::uint64_t{0}, ones)), naive(ones)) << size;
  }
}

TEST(checksum, parts_of_even_size_add_up) {
  random draw(6);
  std::vector<std::uint8_t> bytes(301);
  for (auto& each : bytes) each = static_cast<std::uint8_t>(draw.next());
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 2) {
    std::uint64_t sum = checksum_add(0, byte_view(bytes).first(cut));
    sum = checksum_add(sum, byte_view(bytes).subspan(cut));
    ASSERT_EQ(checksum_finish(sum), naive(bytes)) << cut;
  }
}

TEST(checksum, packet_with_its_checksum_sums_to_zero) {
  std::vector<std::uint8_t> packet = {0x45, 0, 0,    0x73, 0, 0, 0x40, 0,    0x40, 0x11,
                                      0,    0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,    0xc7};
  store_be16(packet.data() + 10, checksum_finish(checksum_add(0, packet)));
  EXPECT_EQ(load_be16(packet.data() + 10), 0xb861);
  EXPECT_EQ(checksum_finish(checksum_add(0, packet)), 0);
}

// A segment between 10.0.0.10 and 192.0.2.7, and the same over IPv6, against the headers written
// out as RFC 9293 3.1 and RFC 8200 8.1 draw them.
TEST(checksum, pseudo_headers) {
  const ip_address a = *parse_ip("10.0.0.10");
  const ip_address b = *parse_ip("192.0.2.7");
  const std::uint8_t v4[] = {10, 0, 0, 10, 192, 0, 2, 7, 0, 6, 0x05, 0xb4};
  EXPECT_EQ(checksum_finish(checksum_pseudo_header(a, b, 6, 1460)), naive(v4));

  const ip_address c = *parse_ip("2001:db8::1");
  const ip_address d = *parse_ip("fe80::2:3");
  std::vector<std::uint8_t> v6(c.octets.begin(), c.octets.end());
  v6.insert(v6.end(), d.octets.begin(), d.octets.end());
  v6.insert(v6.end(), {0x00, 0x01, 0x11, 0x70, 0, 0, 0, 58});
  EXPECT_EQ(checksum_finish(checksum_pseudo_header(c, d, 58, 70000)), naive(v6));
}

}  // namespace
}  // namespace wirebird
