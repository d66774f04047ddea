#include "perf/load/modes.hh"
#include "perf/load/percentiles.hh"

#include <memory>

namespace wirebird::load {

void run_jitter(const options& settings, report& out) {
  // A gap is the time between two clock reads of a loop that does nothing else.
  const auto gaps = std::make_unique<histogram>();
  const nanoseconds begin = now_ns();
  const nanoseconds end = begin + settings.duration;
  // Longer gaps are time that somebody else had the CPU.
  constexpr nanoseconds own_gap_max = 1'000;
  nanoseconds before = begin;
  nanoseconds taken = 0;
  while (before < end) {
    const nanoseconds now = now_ns();
    const nanoseconds gap = now - before;
    gaps->record(gap);
    if (gap > own_gap_max) taken += gap;
    before = now;
  }
  const double seconds = seconds_of(before - begin);
  out.add("measured_seconds", seconds);
  out.add("clock_reads", gaps->count());
  add_percentiles(out, "gap", *gaps);
  constexpr nanoseconds microsecond = 1'000;
  out.add("gaps_above_1us_per_second",
          static_cast<double>(gaps->count_above(microsecond)) / seconds);
  out.add("gaps_above_10us_per_second",
          static_cast<double>(gaps->count_above(10 * microsecond)) / seconds);
  out.add("gaps_above_100us_per_second",
          static_cast<double>(gaps->count_above(100 * microsecond)) / seconds);
  out.add("gaps_above_1ms_per_second",
          static_cast<double>(gaps->count_above(1000 * microsecond)) / seconds);
  out.add("taken_percent", 100.0 * seconds_of(taken) / seconds);
}

}  // namespace wirebird::load
