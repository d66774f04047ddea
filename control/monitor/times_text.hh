#pragma once

#include "control/monitor/json_text.hh"
#include "control/plane/latency.hh"

#include <string_view>

namespace wirebird::control {

/// Adds an object with the count and the percentiles in ns: `count`, `p50_ns`, `p99_ns`, `p999_ns`,
/// `p9999_ns`; with `buckets` also every bucket that is not empty, by its longest time.
void add_times(json_text& out, std::string_view key, const times& seen, bool with_buckets = false);

}  // namespace wirebird::control
