#pragma once

#include "dataplane/base/time.hh"

#include <string>
#include <string_view>

namespace wirebird::config {

/// A duration as Go's time.ParseDuration reads it: a sum of decimal numbers with units out of
/// `ns us µs ms s m h`, a sign in front; `0` needs no unit.
struct parsed_duration {
  duration value{};
  std::string error;  ///< Go's sentence, or empty
};
[[nodiscard]] parsed_duration parse_duration(std::string_view text);

/// As Go prints durations: `1h2m3.5s`, `100ms`, `0s`.
[[nodiscard]] std::string to_text(duration);

}  // namespace wirebird::config
