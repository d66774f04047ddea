#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

/// What the same tests run against: the broker on kernel sockets, the broker on its own TCP/IP
/// stack over a TAP device or, through AF_XDP, over one end of a veth pair, the one over TAP behind
/// an address and a port of the loopback that the kernel translates, as for programs that know no
/// other, and Debian's nats-server, which shows that the tests judge rightly.
namespace wirebird::system_tests {

enum class transport : std::uint8_t { kernel, tap, af_xdp, nat, oracle };

/// How a broker is started on a transport and where clients find it.
struct broker_setting {
  std::string binary;
  std::vector<std::string> arguments;
  std::string host;
  std::uint16_t port = 0;
};

/// Gives this process a network of its own if it has the rights, with `lo` up and a veth pair for
/// AF_XDP. To be called before any thread starts. Without the rights the tests share the machine's
/// loopback, and it says so.
void enter_own_network();

/// Why the tests cannot run on `where`, if they cannot.
[[nodiscard]] std::optional<std::string> why_not(transport where);

/// A TCP port of the loopback that nobody uses and that this program was not given before. On the
/// main thread. throws: std::runtime_error.
[[nodiscard]] std::uint16_t free_port();

/// On `port`; 0 picks one that is free. requires: !why_not(where).
[[nodiscard]] broker_setting setting_for(transport where, std::uint16_t port = 0);

/// For tap, also behind nat: addresses the host's end of the device that the broker has made. For
/// AF_XDP it is there from the start.
void attach_host(transport where);

/// For AF_XDP: whether the kernel's end of the wire leaves TCP checksums to a card, as it does
/// unless told otherwise; the tests tell it otherwise at the start.
void leave_checksums_to_cards(bool wanted);

/// The kernel's address on the wire of tap or AF_XDP.
[[nodiscard]] std::string host_address(transport where);

/// Whether the broker left something of its own on the network: a device, or an XDP program.
[[nodiscard]] bool device_exists(transport where);

[[nodiscard]] std::string name_of(const testing::TestParamInfo<transport>& info);

}  // namespace wirebird::system_tests

/// Runs every TEST_P of `suite` on each transport; tests/system/meson.build picks one by name.
#define WIREBIRD_ON_EVERY_TRANSPORT(suite)                                             \
  INSTANTIATE_TEST_SUITE_P(on, suite,                                                  \
                           testing::Values(wirebird::system_tests::transport::kernel,  \
                                           wirebird::system_tests::transport::tap,     \
                                           wirebird::system_tests::transport::af_xdp,  \
                                           wirebird::system_tests::transport::oracle), \
                           wirebird::system_tests::name_of)

/// Besides, behind an address that the kernel translates: what client libraries rely on.
#define WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(suite)                                                 \
  WIREBIRD_ON_EVERY_TRANSPORT(suite);                                                              \
  INSTANTIATE_TEST_SUITE_P(behind, suite, testing::Values(wirebird::system_tests::transport::nat), \
                           wirebird::system_tests::name_of)
