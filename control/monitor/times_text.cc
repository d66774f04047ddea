#include "control/monitor/times_text.hh"

#include <string>

namespace wirebird::control {

void add_times(json_text& out, std::string_view key, const times& seen, bool with_buckets) {
  out.begin_object(key);
  out.add("count", seen.total());
  for (const auto& [name, share] : percentiles) out.add(std::string(name) + "_ns", seen.at(share));
  if (with_buckets) {
    out.begin_object("buckets");
    for (const auto& [ns, count] : seen.buckets()) out.add(std::to_string(ns), count);
    out.end_object();
  }
  out.end_object();
}

}  // namespace wirebird::control
