#include "tests/system/child_publisher.hh"

#include "tests/system/nats_client.hh"

#include <cstdio>
#include <exception>
#include <string>

namespace wirebird::system_tests {

int publish_until_killed(const char* url, const char* subject) {
  try {
    nats_client client(url);
    const std::string payload(65536, 'k');
    while (true) client.publish(subject, payload);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}

}  // namespace wirebird::system_tests
