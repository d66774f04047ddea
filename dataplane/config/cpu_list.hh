#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace wirebird::config {

/// CPUs in the kernel's notation: numbers and ranges, separated by commas, e.g. `2,4-7`. In the
/// order as written, so the first is worker 0's. returns: nothing when it is not that, a number is
/// above 65535, or there are more than 1024 CPUs in it.
[[nodiscard]] std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text);

}  // namespace wirebird::config
