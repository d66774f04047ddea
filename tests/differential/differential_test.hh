#pragma once

#include <cstdint>

namespace wirebird::differential {

/// From the command line, behind the flags of googletest.
struct test_options {
  int conversations = 1000;  ///< `--conversations=N`: random ones per transport
};

/// throws: std::runtime_error on an unknown argument.
[[nodiscard]] test_options options_from(int argc, char** argv);

/// Makes a test of every case in cases/, one of random conversations, and one of the list of
/// intended differences, on every transport; the names end in `/kernel` and so on. The transport
/// `oracle` puts the oracle to itself, which shows that whatever differs is not ours to mask.
void register_tests(test_options options);

}  // namespace wirebird::differential
