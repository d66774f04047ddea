// What wirebird-bench can do. Each runs to its end on the calling thread, adds what it found to the
// report, and throws start_error when it cannot begin.
#pragma once

#include "perf/load/options.hh"
#include "perf/load/report.hh"

namespace wirebird::load {

void run_throughput(const options& settings, report& out);  // throughput and fanout
void run_request(const options& settings, report& out);
void run_latency(const options& settings, report& out);
void run_jitter(const options& settings, report& out);

}  // namespace wirebird::load
