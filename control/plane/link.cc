#include "control/plane/link.hh"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::control {

namespace {

namespace plane = protocol::plane;
constexpr std::size_t descriptors_max = 8;
/// The memory and the listening socket.
constexpr std::size_t hello_descriptors = 2;

std::vector<int> descriptors_of(msghdr& message) {
  std::vector<int> found;
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
       each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    const std::size_t before = found.size();
    found.resize(before + count);
    std::memcpy(found.data() + before, CMSG_DATA(each), count * sizeof(int));
  }
  return found;
}

}  // namespace

link::link(boost::asio::io_context& loop, int descriptor, callbacks user)
    : socket_(loop, descriptor), callbacks_(std::move(user)) {}

void link::wait() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](boost::system::error_code error) {
                       if (error) return;
                       while (receive()) {
                       }
                     });
}

bool link::receive() {
  std::array<char, plane::message_bytes_max> packet;
  std::array<char, CMSG_SPACE(descriptors_max * sizeof(int))> ancillary;
  iovec piece{packet.data(), packet.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  const ssize_t count = recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0 && errno == EINTR) return true;
  if (count < 0 && errno == EAGAIN) {
    wait();
    return false;
  }
  if (count <= 0) {
    callbacks_.on_end("wirebird has gone");
    return false;
  }
  take(std::span(packet).first(static_cast<std::size_t>(count)), descriptors_of(message));
  return true;
}

void link::take(std::span<const char> packet, std::span<const int> descriptors) {
  const auto message = plane::message_view::parse(packet);
  const bool is_hello = message && message->is(plane::message_type::hello) && !greeted_ &&
                        descriptors.size() >= hello_descriptors &&
                        message->number(plane::field_tag::version).has_value();
  // A newer wirebird may hand over more than this build knows what to do with.
  for (const int unwanted : is_hello ? descriptors.subspan(hello_descriptors) : descriptors)
    close(unwanted);
  if (is_hello) {
    greeted_ = true;
    callbacks_.on_hello(descriptors[0], descriptors[1],
                        message->bytes(plane::field_tag::blob).value_or(""));
    return;
  }
  if (!message) return;
  if (plane::is_event(message->type())) {
    callbacks_.on_event(plane_event::read(*message));
    return;
  }
  if (message->is(plane::message_type::unsupported)) {
    callbacks_.on_unsupported(message->id());
    return;
  }
  if (message->is(plane::message_type::taken) || message->is(plane::message_type::refused)) {
    take_answer(*message);
    return;
  }
  plane::message_builder answer(plane::message_type::unsupported, message->id());
  answer.add(plane::field_tag::number, std::uint64_t{message->type()});
  send(answer);
}

// The packets of one answer come one behind the other.
void link::take_answer(const plane::message_view& message) {
  if (in_parts_ != message.id()) parts_.clear();
  in_parts_ = message.id();
  const std::string_view text = message.bytes(plane::field_tag::blob).value_or("");
  parts_.append(text.substr(0, plane::answer_bytes_max - parts_.size()));
  if ((message.flags() & plane::flag_more) != 0) return;
  const std::string whole = std::exchange(parts_, {});
  callbacks_.on_answer(message.id(), message.is(plane::message_type::taken), whole);
}

void link::send(const plane::message_builder& message) {
  const std::string& bytes = message.bytes();
  // A link that has ended is noticed where it is read.
  static_cast<void>(
      ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

}  // namespace wirebird::control
