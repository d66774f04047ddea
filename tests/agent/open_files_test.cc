#include "dataplane/agent/open_files.hh"

#include <algorithm>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace wirebird::agent {
namespace {

std::size_t size_of_table() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;)
    if (std::size_t size = 0; word == "FDSize:" && file >> size) return size;
  return 0;
}

TEST(open_files, the_table_is_large_enough_before_anybody_comes) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{256, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);

  EXPECT_EQ(make_room_for_open_files(2000), before.rlim_max);
  EXPECT_GE(size_of_table(), std::min<std::size_t>(before.rlim_max, 2000));
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max) << "the soft limit is the hard one";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(open_files, more_connections_than_there_may_be_ask_for_no_more_than_a_million) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  constexpr std::size_t million = 1024 * 1024;
  EXPECT_EQ(make_room_for_open_files(4'000'000'000), limit.rlim_max);
  EXPECT_GE(size_of_table(), std::min<std::size_t>(limit.rlim_max, million));
  EXPECT_LE(size_of_table(), million);
}

}  // namespace
}  // namespace wirebird::agent
