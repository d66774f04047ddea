#include "dataplane/config/cpu_list.hh"

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

using numbers = std::vector<unsigned>;

TEST(cpu_list, numbers_and_ranges_come_in_the_order_as_written) {
  EXPECT_EQ(parse_cpu_list("3"), numbers({3}));
  EXPECT_EQ(parse_cpu_list("2,4-7"), numbers({2, 4, 5, 6, 7}));
  EXPECT_EQ(parse_cpu_list("9,0-1"), numbers({9, 0, 1}));
  EXPECT_EQ(parse_cpu_list("5-5"), numbers({5}));
}

TEST(cpu_list, what_is_no_list_is_refused) {
  for (const char* text : {"", ",", "1,", ",1", "a", "1 2", "-1", "1-", "7-4", "1-2-3", "0x1",
                           "65536", "99999999999", "0-1024", "0-1000,0-100"})
    EXPECT_FALSE(parse_cpu_list(text)) << text;
  EXPECT_EQ(parse_cpu_list("0-1023")->size(), 1024U);
}

}  // namespace
}  // namespace wirebird::config
