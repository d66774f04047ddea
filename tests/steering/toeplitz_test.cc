#include "dataplane/steering/toeplitz.hh"

#include "dataplane/base/bytes.hh"
#include "tests/sim/packets.hh"

#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

namespace wirebird::steering {
namespace {

/// The key of "Verifying the RSS Hash Calculation" (Microsoft), padded with zeros.
toeplitz::key published_key() {
  const auto bytes = testing::hex(
      "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");
  toeplitz::key key{};
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

struct published {
  std::string_view source;
  std::uint16_t source_port;
  std::string_view destination;
  std::uint16_t destination_port;
  std::uint32_t hash;
};

TEST(toeplitz_hash, gives_the_published_values) {
  const toeplitz hash(published_key());
  for (const published& row : {
           published{"66.9.149.187", 2794, "161.142.100.80", 1766, 0x51ccc178},
           published{"199.92.111.2", 14230, "65.69.140.83", 4739, 0xc626b0ea},
           published{"24.19.198.95", 12898, "12.22.207.184", 38024, 0x5c2b394a},
           published{"38.27.205.30", 48228, "209.142.163.6", 2217, 0xafc7327f},
           published{"153.39.163.191", 44251, "202.188.127.2", 1303, 0x10e828a2},
       }) {
    std::array<std::uint8_t, toeplitz::input_bytes> input;
    store_be32(input.data(), testing::v4(row.source));
    store_be32(input.data() + 4, testing::v4(row.destination));
    store_be16(input.data() + 8, row.source_port);
    store_be16(input.data() + 10, row.destination_port);
    EXPECT_EQ(hash(input), row.hash) << row.source;
  }
}

}  // namespace
}  // namespace wirebird::steering
