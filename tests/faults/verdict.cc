#include "tests/faults/verdict.hh"

#include <array>
#include <cstdio>
#include <iostream>

namespace wirebird::faults {

void verdict::expect(bool holds, const std::string& what) {
  ++(holds ? passed_ : failed_);
  std::cout << (holds ? "  ok      " : "  FAILED  ") << what << std::endl;
}

void verdict::figure(const std::string& text) {
  std::cout << "          " << text << std::endl;
}

std::string milliseconds_text(double ms) {
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), "%.3f ms", ms);
  return text.data();
}

}  // namespace wirebird::faults
