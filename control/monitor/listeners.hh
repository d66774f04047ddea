#pragma once

#include <cstdint>
#include <string>

namespace wirebird::control {

/// A listening socket, or one sentence on why there is none.
struct listening {
  int descriptor = -1;
  std::string error{};
};

/// HTTP for the operators of this machine: a unix socket for our own user only (0600), in place of
/// one that an earlier control left there.
[[nodiscard]] listening listen_for_operators(const std::string& path);
/// HTTP on an address of the kernel's.
[[nodiscard]] listening listen_on_network(const std::string& address, std::uint16_t port);

}  // namespace wirebird::control
