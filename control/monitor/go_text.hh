#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Values in the spelling that Go gives them, since tools parse it. Any thread.
namespace wirebird::control {

/// RFC 3339 in UTC with nanoseconds, trailing zeros cut. `ns`: since 1970.
[[nodiscard]] std::string go_time(std::int64_t ns);
/// A duration as Go prints it: `0s`, `491µs`, `1.191302ms`, `2m3.5s`.
[[nodiscard]] std::string go_duration(std::int64_t ns);
/// A round trip as /connz shows it: Go's, below a millisecond cut to microseconds.
[[nodiscard]] std::string round_trip(std::int64_t ns);
/// A span as /varz shows it: `4s`, `2m4s`, `1h0m4s`, `3d2h1m0s`, `1y2d3h4m5s`.
[[nodiscard]] std::string uptime(std::int64_t ns);
/// The shortest decimal that reads back as the same number.
[[nodiscard]] std::string go_number(double value);
/// Between double quotes, as Go's %q of printable text.
[[nodiscard]] std::string go_quoted(std::string_view text);
/// `Sat, 21 Nov 2026 11:44:56 GMT`, for HTTP's Date.
[[nodiscard]] std::string http_date(std::int64_t ns);

}  // namespace wirebird::control
