#include "dataplane/agent/plane_link.hh"
#include "tests/fuzz/input.hh"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

namespace {

namespace plane = wirebird::protocol::plane;

/// Asks only for what a control may ask.
class requests final : public wirebird::agent::plane_requests {
 public:
  void on_control_ready() override {}
  void on_control_heartbeat() override {}
  void on_refresh(std::uint64_t number, std::uint64_t) override {
    if (number == 0) std::abort();
  }
  bool on_close_connection(std::uint64_t client) override {
    if (client == 0) std::abort();
    return client % 2 == 0;
  }
  wirebird::agent::order_outcome on_capture(const wirebird::agent::capture_order& order) override {
    if (order.time_max > wirebird::agent::capture_order::time_most) std::abort();
    return {.error = "not here"};
  }
  void on_watch() override {}
  wirebird::agent::order_outcome on_lame_duck() override { return {.text = "on its way"}; }
  wirebird::agent::order_outcome on_reload() override {
    return {.error = std::string(2 * plane::message_bytes_max, 'x')};
  }
};

/// What wirebird says is always a message.
void hear_all(int control) {
  std::array<char, plane::message_bytes_max> packet;
  for (;;) {
    const ssize_t size = recv(control, packet.data(), packet.size(), MSG_DONTWAIT);
    if (size <= 0) return;
    if (!plane::message_view::parse(std::span(packet).first(static_cast<std::size_t>(size))))
      std::abort();
  }
}

}  // namespace

// Packets, each behind its length in two bytes, to wirebird's end of the plane link. The link lives
// on, keeps no more than it should, and counts what it does not take.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) != 0) std::abort();
  requests user;
  {
    wirebird::agent::plane_link link(ends[0], user, "");
    wirebird::fuzz::input rest(data, size);
    while (!rest.empty()) {
      const wirebird::byte_view packet = rest.bytes(rest.u16());
      if (packet.empty()) continue;  // that is how a link ends
      static_cast<void>(send(ends[1], packet.data(), packet.size(), MSG_NOSIGNAL));
      if (!link.receive() || link.state().size() > plane::state_bytes_max) std::abort();
      hear_all(ends[1]);
    }
    if (link.unsent() != 0) std::abort();
  }
  close(ends[1]);
  return 0;
}
