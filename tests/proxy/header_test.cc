#include "dataplane/proxy/header.hh"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace wirebird::proxy {
namespace {

using outcome = header_reader::outcome;

/// What a header said, and what it left of the input behind it.
struct said {
  outcome end = outcome::need_more;
  std::string source;  ///< empty: local
  std::string fault;
  std::string rest;
  bool operator==(const said&) const = default;
};

said read(std::string_view input, std::size_t piece_bytes) {
  header_reader reader;
  said result;
  while (!input.empty() && result.end == outcome::need_more) {
    std::string_view piece = input.substr(0, piece_bytes);
    const std::size_t offered = piece.size();
    result.end = reader.read(piece);
    input.remove_prefix(offered - piece.size());
  }
  result.rest = input;
  if (result.end == outcome::wrong) result.fault = reader.fault();
  if (result.end == outcome::complete && !reader.is_local())
    result.source = to_string(reader.source());
  return result;
}

/// Reads it whole and in pieces of every size: all must agree.
said read(std::string_view input) {
  const said whole = read(input, input.size());
  for (std::size_t bytes = 1; bytes < std::min<std::size_t>(input.size(), 150); ++bytes)
    EXPECT_EQ(read(input, bytes), whole) << "pieces of " << bytes;
  return whole;
}

std::string binary(int command, int family, const std::string& body) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += static_cast<char>(command);
  header += static_cast<char>(family);
  header += static_cast<char>(body.size() >> 8);
  header += static_cast<char>(body.size() & 0xff);
  return header + body;
}

const std::string v4_body("\x0a\x01\x02\x03\x7f\x00\x00\x01\x12\x34\x10\x7e", 12);

TEST(header, a_line_names_the_client) {
  const said v4 = read("PROXY TCP4 10.1.2.3 127.0.0.1 4660 4222\r\nCONNECT");
  EXPECT_EQ(v4.end, outcome::complete);
  EXPECT_EQ(v4.source, "10.1.2.3:4660");
  EXPECT_EQ(v4.rest, "CONNECT");
  EXPECT_EQ(read("PROXY TCP6 2001:db8::1 ::1 65535 1\r\n").source, "[2001:db8::1]:65535");
}

TEST(header, a_line_may_name_nobody) {
  for (const char* line : {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN a b c d\r\n"}) {
    const said found = read(line);
    EXPECT_EQ(found.end, outcome::complete) << line;
    EXPECT_EQ(found.source, "");
  }
}

TEST(header, a_wrong_line_is_refused) {
  for (const std::string line :
       {"PROXY TCP4 10.1.2.3 127.0.0.1 4660\r\n", "PROXY TCP4 10.1.2.3 127.0.0.1 4660 4222 1\r\n",
        "PROXY TCP4 10.1.2.3 127.0.0.1 70000 4222\r\n",
        "PROXY TCP4 10.1.2.3 127.0.0.1 04660 4222\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP4 10.1.2.300 127.0.0.1 1 2\r\n", "PROXY TCP4  10.1.2.3 127.0.0.1 1 2\r\n",
        "PROXY UDP4 10.1.2.3 127.0.0.1 1 2\r\n", "PROXY TCP4 10.1.2.3 127.0.0.1 1 2\n", "PROXY\r\n",
        "PROXY \r\n", "CONNECT {}\r\n", "PING\r\n", "PROXx"}) {
    EXPECT_EQ(read(line).end, outcome::wrong) << line;
  }
}

TEST(header, the_first_byte_that_does_not_belong_is_an_error_at_once) {
  EXPECT_EQ(read("C").end, outcome::wrong);
  EXPECT_EQ(read("PRC").end, outcome::wrong);
  EXPECT_EQ(read("\r\n\r\nx").end, outcome::wrong);
}

TEST(header, a_line_ends_within_107_bytes) {
  const std::string start = "PROXY UNKNOWN ";
  const std::size_t room = header_reader::line_bytes_max - start.size() - 2;
  EXPECT_EQ(read(start + std::string(room, 'x') + "\r\n").end, outcome::complete);
  EXPECT_EQ(read(start + std::string(room + 1, 'x') + "\r\n").end, outcome::wrong);
  EXPECT_EQ(read(start + std::string(5000, 'x')).end, outcome::wrong);
}

TEST(header, a_binary_one_names_the_client) {
  const said v4 = read(binary(0x21, 0x11, v4_body) + "PING");
  EXPECT_EQ(v4.source, "10.1.2.3:4660");
  EXPECT_EQ(v4.rest, "PING");
  std::string v6_body(36, '\0');
  v6_body[0] = 0x20;
  v6_body[1] = 0x01;
  v6_body[15] = 0x09;
  v6_body[32] = 0x12;
  v6_body[33] = 0x34;
  EXPECT_EQ(read(binary(0x21, 0x21, v6_body)).source, "[2001::9]:4660");
}

TEST(header, additions_are_skipped_up_to_a_limit) {
  for (const std::size_t more : {1UL, 79UL, 80UL, 1000UL, 4096UL - 12}) {
    const said found = read(binary(0x21, 0x11, v4_body + std::string(more, 'P')) + "PING");
    EXPECT_EQ(found.source, "10.1.2.3:4660") << more;
    EXPECT_EQ(found.rest, "PING") << more;
  }
  EXPECT_EQ(read(binary(0x21, 0x11, v4_body + std::string(4096 - 11, 'P'))).end, outcome::wrong);
}

TEST(header, a_binary_one_may_name_nobody) {
  for (const std::string& whole :
       {binary(0x20, 0x00, ""), binary(0x20, 0x11, v4_body), binary(0x21, 0x00, "more")}) {
    const said found = read(whole + "X");
    EXPECT_EQ(found.end, outcome::complete);
    EXPECT_EQ(found.source, "");
    EXPECT_EQ(found.rest, "X");
  }
}

TEST(header, a_wrong_binary_one_is_refused) {
  for (const std::string& whole :
       {binary(0x11, 0x11, v4_body), binary(0x22, 0x11, v4_body), binary(0x21, 0x12, v4_body),
        binary(0x21, 0x31, std::string(216, 'u')), binary(0x21, 0x11, v4_body.substr(1)),
        binary(0x21, 0x11, ""), binary(0x21, 0x21, v4_body)})
    EXPECT_EQ(read(whole).end, outcome::wrong);
}

}  // namespace
}  // namespace wirebird::proxy
