#include "control/plane/link.hh"
#include "tests/fuzz/input.hh"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

namespace plane = wirebird::protocol::plane;

/// As many descriptors as the sender says: real ones, as of a file that is there.
void say(int wirebird, wirebird::byte_view packet, std::size_t descriptors) {
  std::array<int, 4> handed{};
  for (int& each : handed) each = open("/dev/null", O_RDONLY | O_CLOEXEC);
  iovec piece{const_cast<std::uint8_t*>(packet.data()), packet.size()};
  std::array<char, CMSG_SPACE(sizeof handed)> ancillary{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (descriptors > 0) {
    message.msg_control = ancillary.data();
    message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
    std::memcpy(CMSG_DATA(rights), handed.data(), descriptors * sizeof(int));
  }
  static_cast<void>(sendmsg(wirebird, &message, MSG_NOSIGNAL | MSG_DONTWAIT));
  for (const int each : handed) close(each);
}

int next_descriptor() {
  const int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(lowest);
  return lowest;
}

}  // namespace

// Packets, each behind its length in two bytes and the number of descriptors with it, to control's
// end of the plane link: one greeting at most, with two descriptors, and none is left open.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static boost::asio::io_context* const loop = new boost::asio::io_context(1);
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) != 0) std::abort();
  int greetings = 0;
  {
    wirebird::control::link link(
        *loop, ends[0],
        {.on_hello =
             [&](int memory, int listener, std::string_view) {
               if (++greetings > 1 || close(memory) != 0 || close(listener) != 0) std::abort();
             },
         .on_answer =
             [](std::uint32_t, bool, std::string_view text) {
               if (text.size() > plane::answer_bytes_max) std::abort();
             },
         .on_unsupported = [](std::uint32_t) {},
         .on_event =
             [](const wirebird::control::plane_event& event) {
               if (event.text.size() > plane::event_text_bytes_max) std::abort();
             },
         .on_end = [](const std::string&) { std::abort(); }});
    link.start();  // with the first one the loop opens descriptors of its own
    const int lowest = next_descriptor();
    wirebird::fuzz::input rest(data, size);
    while (!rest.empty()) {
      const std::size_t descriptors = rest.u8() % 5;
      const wirebird::byte_view packet = rest.bytes(rest.u16());
      if (packet.empty()) continue;  // that is how a link ends
      say(ends[1], packet, descriptors);
      loop->restart();
      loop->poll();
      std::array<char, 64> answer;
      while (recv(ends[1], answer.data(), answer.size(), MSG_DONTWAIT) > 0) continue;
    }
    if (next_descriptor() != lowest) std::abort();
  }
  loop->restart();
  loop->poll();
  close(ends[1]);
  return 0;
}
