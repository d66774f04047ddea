#include "tests/faults/trickle.hh"

#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::faults {

trickle::trickle(const std::string& host, std::uint16_t port, const std::string& subject,
                 std::size_t bytes_per_second)
    : link_(host, std::to_string(port)), stop_(eventfd(0, EFD_CLOEXEC)) {
  const int small = 4096;
  ::setsockopt(link_.number(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  link_.set_up("SUB " + subject + " 1\r\n");
  link_.start();
  thread_ = std::thread([this, bytes_per_second] { run(bytes_per_second); });
}

trickle::~trickle() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_.number(), &one, sizeof one);
  thread_.join();
}

void trickle::run(std::size_t bytes_per_second) {
  constexpr int turn_ms = 100;
  std::vector<char> buffer(bytes_per_second * turn_ms / 1000);
  pollfd stop{.fd = stop_.number(), .events = POLLIN, .revents = 0};
  while (::poll(&stop, 1, turn_ms) == 0) {
    // Once it is closed this reads nothing for ever, which is what a slow client would do.
    [[maybe_unused]] const auto got =
        ::recv(link_.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  }
}

}  // namespace wirebird::faults
