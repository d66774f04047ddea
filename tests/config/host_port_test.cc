#include "dataplane/config/host_port.hh"

#include <string>

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

std::string parts(std::string_view text) {
  const auto found = split_host_port(text);
  if (!found) return "wrong";
  return found->host + " | " + found->port.value_or("none");
}

TEST(host_port, is_taken_apart_at_its_one_colon_outside_of_brackets) {
  EXPECT_EQ(parts("a.example"), "a.example | none");
  EXPECT_EQ(parts("a.example:4222"), "a.example | 4222");
  EXPECT_EQ(parts("a.example:"), "a.example | ");
  EXPECT_EQ(parts(":4222"), " | 4222");
  EXPECT_EQ(parts(""), " | none");
  EXPECT_EQ(parts("[::1]:4222"), "::1 | 4222");
  EXPECT_EQ(parts("[::1]"), "::1 | none");
}

TEST(host_port, that_can_be_read_in_two_ways_is_refused) {
  EXPECT_EQ(parts("::1:4222"), "wrong");
  EXPECT_EQ(parts("[::1:4222"), "wrong");
  EXPECT_EQ(parts("[::1]4222"), "wrong");
  EXPECT_EQ(parts("[::1]:42:22"), "wrong");
}

TEST(host_port, is_put_together_so_that_it_can_be_taken_apart) {
  EXPECT_EQ(join_host_port("a.example", 4222), "a.example:4222");
  EXPECT_EQ(join_host_port("::1", 0), "[::1]:0");
  EXPECT_EQ(join_host_port("[::1]", 1), "[::1]:1");
}

}  // namespace
}  // namespace wirebird::config
