#include "protocol/headers.hh"

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

/// `status|description` and one `name=value` line per pair; the block lies in memory of its size.
std::string read(std::string_view bytes) {
  const auto memory = std::make_unique<char[]>(bytes.size());
  bytes.copy(memory.get(), bytes.size());
  const headers block({memory.get(), bytes.size()});
  if (!block.valid()) {
    EXPECT_TRUE(block.begin() == block.end());
    return "invalid";
  }
  std::string out = std::string(block.status()) + "|" + std::string(block.description());
  for (const auto& [name, value] : block)
    out += "\n" + std::string(name) + "=" + std::string(value);
  return out;
}

TEST(headers, pairs_keep_case_order_and_repetitions) {
  EXPECT_EQ(read("NATS/1.0\r\nBar: Baz\r\nbar:2\r\nBar: Baz\r\n\r\n"),
            "|\nBar=Baz\nbar=2\nBar=Baz");
}

TEST(headers, status_and_description_follow_the_version) {
  EXPECT_EQ(read("NATS/1.0 503\r\n\r\n"), "503|");
  EXPECT_EQ(read("NATS/1.0 404 No Messages\r\n\r\n"), "404|No Messages");
  EXPECT_EQ(read("NATS/1.0  100   Idle  Heartbeat \r\nA: b\r\n\r\n"), "100|Idle  Heartbeat\nA=b");
  EXPECT_EQ(read("NATS/1.0503\r\n\r\n"), "503|");
}

TEST(headers, blanks_around_a_value_are_dropped_and_colons_inside_kept) {
  EXPECT_EQ(read("NATS/1.0\r\nA:  b c \t\r\nUrl: a://b:c\r\nEmpty:\r\n\r\n"),
            "|\nA=b c\nUrl=a://b:c\nEmpty=");
}

TEST(headers, what_is_behind_the_empty_line_is_no_header) {
  EXPECT_EQ(read("NATS/1.0\r\nA: b\r\n\r\nC: d\r\n"), "|\nA=b");
}

TEST(headers, broken_blocks_are_read_as_far_as_they_go) {
  EXPECT_EQ(read("NATS/1.0"), "|");
  EXPECT_EQ(read("NATS/1.0\r\nA: b"), "|\nA=b");
  EXPECT_EQ(read("NATS/1.0\r\nA: b\r"), "|\nA=b");
  EXPECT_EQ(read("NATS/1.0\nA: b\nC:d\n\n"), "|\nA=b\nC=d");
  EXPECT_EQ(read("NATS/1.0\r\nno colon\r\n: no name\r\nA: b\r\n\r\n"), "|\nA=b");
}

TEST(headers, without_the_version_nothing_is_read) {
  for (const char* bytes :
       {"", "ab", "NATS/1.", "nats/1.0\r\nA: b\r\n\r\n", "HTTP/1.1 200\r\n\r\n"})
    EXPECT_EQ(read(bytes), "invalid") << bytes;
}

TEST(headers, random_bytes_are_read_without_a_step_outside) {
  constexpr std::uint64_t seed = 503;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::string_view alphabet = "a: \t\r\n5";
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = "NATS/1.0";
    for (std::uint64_t left = random() % 24; left > 0; --left)
      bytes += alphabet[random() % alphabet.size()];
    EXPECT_NE(read(bytes), "invalid");
  }
}

}  // namespace
}  // namespace wirebird::protocol
