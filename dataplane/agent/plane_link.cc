#include "dataplane/agent/plane_link.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

namespace plane = protocol::plane;

/// Messages taken in one go: the main thread has other things to look at.
constexpr int receives_max = 64;

}  // namespace

plane_link::plane_link(int descriptor, plane_requests& user, std::string state)
    : descriptor_(descriptor), user_(user), state_(std::move(state)) {}

plane_link::~plane_link() {
  close(descriptor_);
}

bool plane_link::send_hello(std::span<const int> descriptors) {
  plane::message_builder hello(plane::message_type::hello);
  hello.add(plane::field_tag::version, plane::link_version);
  hello.add(plane::field_tag::blob, state_);

  std::vector<char> ancillary(CMSG_SPACE(descriptors.size_bytes()));
  std::string text = hello.bytes();
  iovec piece{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  cmsghdr* const rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  return sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

void plane_link::send(std::string_view packet) {
  if (::send(descriptor_, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) ++unsent_;
}

bool plane_link::receive() {
  std::array<char, plane::message_bytes_max> packet;
  for (int i = 0; i < receives_max; ++i) {
    const ssize_t count = recv(descriptor_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (count == 0) return false;  // no message is empty
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    const auto size = static_cast<std::size_t>(count);
    if (size > packet.size())
      ++rejected_;
    else
      take(std::span(packet).first(size));
  }
  return true;
}

bool plane_link::take_capture(const plane::message_view& message) {
  capture_order order;
  if (const auto text = message.bytes(plane::field_tag::address)) {
    order.filter.address = parse_ip(*text);
    if (!order.filter.address) return false;
  }
  const std::uint64_t port = message.number(plane::field_tag::port).value_or(0);
  if (port > UINT16_MAX) return false;
  order.filter.port = static_cast<std::uint16_t>(port);
  order.frames_max = message.number(plane::field_tag::number).value_or(order.frames_max);
  const auto seconds_most = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(capture_order::time_most).count());
  if (const auto seconds = message.number(plane::field_tag::seconds))
    order.time_max = std::chrono::seconds(std::min(*seconds, seconds_most));
  const capture_run::outcome made = user_.on_capture(order);
  const bool is_good = made.error.empty();
  plane::message_builder answer(is_good ? plane::message_type::taken : plane::message_type::refused,
                                message.id());
  answer.add(plane::field_tag::blob, std::string_view(is_good ? made.file : made.error));
  send(answer.bytes());
  return true;
}

void plane_link::take(std::span<const char> packet) {
  const auto message = plane::message_view::parse(packet);
  if (!message) {
    ++rejected_;
    return;
  }
  switch (static_cast<plane::message_type>(message->type())) {
    case plane::message_type::ready: user_.on_control_ready(); return;
    case plane::message_type::heartbeat: user_.on_control_heartbeat(); return;
    case plane::message_type::refresh:
      if (const auto number = message->number(plane::field_tag::number); number && *number != 0) {
        user_.on_refresh(*number, message->number(plane::field_tag::wanted).value_or(0));
        return;
      }
      break;
    case plane::message_type::keep_state:
      if (const auto blob = message->bytes(plane::field_tag::blob);
          blob && blob->size() <= plane::state_bytes_max) {
        state_ = *blob;
        return;
      }
      break;
    case plane::message_type::close_connection:
      if (const auto client = message->number(plane::field_tag::number);
          client && *client != 0 && user_.on_close_connection(*client)) {
        send(plane::message_builder(plane::message_type::taken, message->id()).bytes());
        return;
      }
      break;
    case plane::message_type::capture:
      if (take_capture(*message)) return;
      break;
    case plane::message_type::unsupported: return;  // an older control; nothing waits for it
    case plane::message_type::hello:                // ours to say, as the next
    case plane::message_type::taken:
    case plane::message_type::refused: break;
    default: {
      plane::message_builder answer(plane::message_type::unsupported, message->id());
      answer.add(plane::field_tag::number, message->type());
      send(answer.bytes());
    }
  }
  ++rejected_;
}

}  // namespace wirebird::agent
