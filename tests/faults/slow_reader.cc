#include "tests/faults/slow_reader.hh"

#include "perf/load/connection.hh"

#include <array>
#include <exception>
#include <iostream>
#include <string>

#include <sys/socket.h>

namespace wirebird::faults {

int read_until_killed(const char* host, const char* port, const char* subject) {
  try {
    load::connection link(host, port);
    const int small = 16 * 1024;  // so that what it does not take is soon the broker's
    ::setsockopt(link.number(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    link.set_up("SUB " + std::string(subject) + " 1\r\n");
    std::cout << "subscribed" << std::endl;
    std::array<char, 65536> buffer;
    while (::recv(link.number(), buffer.data(), buffer.size(), 0) > 0) {
    }
  } catch (const std::exception& failure) {
    std::cout << failure.what() << std::endl;
  }
  return 1;
}

}  // namespace wirebird::faults
