#pragma once

namespace wirebird::faults {

/// First argument of a child that subscribes and reads until somebody stops or kills it.
inline constexpr const char* slow_reader_flag = "--read-until-killed";

/// The child's whole life. Prints `subscribed` when it is.
int read_until_killed(const char* host, const char* port, const char* subject);

}  // namespace wirebird::faults
