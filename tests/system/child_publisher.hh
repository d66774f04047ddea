#pragma once

/// A publisher in a process of its own, there to be killed: the test program started again with
/// this flag, the URL and the subject.
namespace wirebird::system_tests {

inline constexpr const char* child_publisher_flag = "--publish-until-killed";

/// Publishes large messages as fast as it can. returns: only when the broker drops it.
int publish_until_killed(const char* url, const char* subject);

}  // namespace wirebird::system_tests
