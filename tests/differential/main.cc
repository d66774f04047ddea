#include "tests/differential/differential_test.hh"
#include "tests/system/own_report.hh"
#include "tests/system/transport.hh"

#include <fstream>

#include <gtest/gtest.h>

int main(int argc, char** argv) {
  using namespace wirebird;
  system_tests::enter_own_network();  // before any thread starts
  // Thousands of connections a minute: ports whose TIME_WAIT is a second old may serve again. Only
  // in a network of our own, which `tap` needs as well.
  if (!system_tests::why_not(system_tests::transport::tap))
    std::ofstream("/proc/sys/net/ipv4/tcp_tw_reuse") << "1\n";
  system_tests::name_own_report("differential_test");
  testing::InitGoogleTest(&argc, argv);
  differential::register_tests(differential::options_from(argc, argv));
  return RUN_ALL_TESTS();
}
