#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/bytes.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::port::testing {

/// Why no TAP device can be made here, or nothing: no root, or no /dev/net/tun.
[[nodiscard]] const std::optional<std::string>& obstacle();
/// Puts this process into a network namespace of its own. returns: why it cannot.
[[nodiscard]] std::optional<std::string> enter_own_network();

/// Tests that open devices.
class tap_test : public ::testing::Test {
 protected:
  void SetUp() override {
    if (obstacle()) GTEST_SKIP() << *obstacle();
  }
};

/// Runs `ip ARGUMENTS`; true if it succeeded.
[[nodiscard]] bool ip(const std::string& arguments);

/// The kernel's interface of this name as a packet socket sees it: everything that arrives there,
/// whole frames.
class packet_socket {
 public:
  explicit packet_socket(const std::string& interface);
  ~packet_socket();
  packet_socket(const packet_socket&) = delete;
  packet_socket& operator=(const packet_socket&) = delete;

  [[nodiscard]] mac_address mac() const;
  /// The next frame from the port, up to 5 s away; empty if none comes. What the kernel itself
  /// sends is left out.
  [[nodiscard]] std::vector<std::uint8_t> next();

 private:
  std::string interface_;
  int descriptor_ = -1;
};

/// A UDP socket of the kernel, bound to any port.
class udp_socket {
 public:
  udp_socket();
  ~udp_socket();
  udp_socket(const udp_socket&) = delete;
  udp_socket& operator=(const udp_socket&) = delete;

  [[nodiscard]] bool send_to(const std::string& address, std::uint16_t port,
                             const std::string& text) const;
  /// The next datagram, up to 5 s away; empty if none comes.
  [[nodiscard]] std::string next() const;

 private:
  int descriptor_ = -1;
};

}  // namespace wirebird::port::testing
