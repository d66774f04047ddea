#include "tests/system/child_publisher.hh"
#include "tests/system/own_report.hh"
#include "tests/system/transport.hh"

#include <cstring>

#include <gtest/gtest.h>
#include <unistd.h>

int main(int argc, char** argv) {
  using namespace wirebird::system_tests;
  if (argc == 4 && std::strcmp(argv[1], child_publisher_flag) == 0) {
    return publish_until_killed(argv[2], argv[3]);
  }
  enter_own_network();  // before any thread starts
  name_own_report("system_test");
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
