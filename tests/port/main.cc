#include "tests/port/kernel_side.hh"

#include <iostream>

#include <gtest/gtest.h>

int main(int count, char** arguments) {
  ::testing::InitGoogleTest(&count, arguments);
  if (const auto reason = wirebird::port::testing::enter_own_network())
    std::cout << "tests that need a TAP device are skipped: " << *reason << std::endl;
  return RUN_ALL_TESTS();
}
