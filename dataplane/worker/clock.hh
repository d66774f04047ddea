#pragma once

#include "dataplane/base/time.hh"

#include <chrono>

namespace wirebird::worker {

/// The monotonic clock as an instant. Read once per loop iteration; about 20 ns through the vDSO,
/// which reads the TSC, so there is nothing to gain by reading that ourselves.
[[nodiscard]] inline instant read_clock() noexcept {
  return instant(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace wirebird::worker
