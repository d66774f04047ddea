#pragma once

#include "perf/load/clock.hh"
#include "perf/load/histogram.hh"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wirebird::faults {

/// The parts of a run. A figure belongs to the part in which it was taken.
enum class phase : std::uint8_t { baseline, fault, quiet };
inline constexpr std::size_t phases = 3;

/// What the probe saw in one phase.
struct phase_figures {
  load::histogram delivery;  ///< from when a message was due until it was there
  load::histogram round;     ///< from when a request was due until its answer was there
  load::histogram login;     ///< from when a connect was due until the PONG
  load::histogram
      lateness;  ///< from when the probe wanted to wake until it ran: the machine's jitter
  std::uint64_t messages = 0;  ///< received
  load::nanoseconds begin = 0;
  load::nanoseconds end = 0;

  /// Messages received per second.
  [[nodiscard]] double rate() const {
    return end > begin ? static_cast<double>(messages) / load::seconds_of(end - begin) : 0;
  }
};

}  // namespace wirebird::faults
