#include "tests/faults/residence.hh"

#include "tests/faults/control_plane.hh"

#include <cstdlib>
#include <string>

namespace wirebird::faults {

residence::residence(stage& on) {
  const std::string page = http_get(on, "/workerz?buckets=1").body;
  const std::size_t buckets = page.find("\"buckets\"", page.find("\"latency\""));
  if (buckets == std::string::npos) return;
  const std::size_t end = page.find('}', buckets);
  std::size_t at = page.find('{', buckets);
  while ((at = page.find('"', at)) < end) {
    char* behind = nullptr;
    const std::uint64_t ns = std::strtoull(page.c_str() + at + 1, &behind, 10);
    counts_[ns] = std::strtoull(behind + 2, &behind, 10);  // `"1234": 5`
    at = static_cast<std::size_t>(behind - page.c_str());
  }
}

double residence::p999_ms_since(const residence& earlier) const {
  std::map<std::uint64_t, std::uint64_t> fresh = counts_;
  for (const auto& [ns, count] : earlier.counts_) fresh[ns] -= count;
  std::uint64_t all = 0;
  for (const auto& each : fresh) all += each.second;
  std::uint64_t seen = 0;
  for (const auto& [ns, count] : fresh) {
    seen += count;
    if (1000 * seen >= 999 * all) return static_cast<double>(ns) / 1e6;
  }
  return 0;
}

}  // namespace wirebird::faults
