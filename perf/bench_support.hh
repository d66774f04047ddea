// What the micro-benchmarks share.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace wirebird::bench {

// A benchmark that does not do what its name says measures nothing: it ends the run. Call it
// outside the timed loop.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "the benchmark is wrong: %s\n", what);
  std::abort();
}

}  // namespace wirebird::bench
