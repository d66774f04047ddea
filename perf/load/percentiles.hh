// The percentiles that every latency report shows, in microseconds.
#pragma once

#include "perf/load/histogram.hh"
#include "perf/load/report.hh"

#include <array>
#include <string>
#include <utility>

namespace wirebird::load {

inline double microseconds_of(std::int64_t span_ns) {
  return static_cast<double>(span_ns) / 1e3;
}

// Adds NAME_p50_us ... NAME_max_us.
inline void add_percentiles(report& out, const std::string& name, const histogram& spans) {
  constexpr std::array<std::pair<const char*, double>, 5> points{
      {{"p50", 50.0}, {"p90", 90.0}, {"p99", 99.0}, {"p999", 99.9}, {"p9999", 99.99}}};
  for (const auto& [label, percent] : points) {
    out.add(name + "_" + label + "_us", microseconds_of(spans.percentile_ns(percent)));
  }
  out.add(name + "_max_us", microseconds_of(spans.max_ns()));
}

}  // namespace wirebird::load
