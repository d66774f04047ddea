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
/// Answers that wait while control does not read: two of the longest.
constexpr std::size_t unanswered_bytes_max = 2 * plane::answer_bytes_max;
/// Of a long answer, in one packet.
constexpr std::size_t answer_piece_bytes = plane::message_bytes_max - 1024;

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

bool plane_link::send_now(std::string_view packet) const {
  // A link that has ended takes everything: that is noticed where it is read.
  return ::send(descriptor_, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 ||
         (errno != EAGAIN && errno != ENOBUFS);
}

bool plane_link::flush() {
  while (!unanswered_.empty()) {
    if (!send_now(unanswered_.front())) return false;
    unanswered_bytes_ -= unanswered_.front().size();
    unanswered_.pop_front();
  }
  return true;
}

bool plane_link::tell(std::string_view packet) {
  return flush() && send_now(packet);
}

void plane_link::send(std::string packet) {
  if (tell(packet)) return;
  if (packet.size() > unanswered_bytes_max - unanswered_bytes_) {
    ++unsent_;
    return;
  }
  unanswered_bytes_ += packet.size();
  unanswered_.push_back(std::move(packet));
}

void plane_link::answer(std::uint32_t id, const order_outcome& outcome) {
  const bool is_taken = outcome.error.empty();
  const auto type = is_taken ? plane::message_type::taken : plane::message_type::refused;
  std::string_view rest = is_taken ? outcome.text : outcome.error;
  rest = rest.substr(0, plane::answer_bytes_max);
  do {
    const std::string_view piece = rest.substr(0, answer_piece_bytes);
    rest.remove_prefix(piece.size());
    plane::message_builder made(type, id, rest.empty() ? std::uint16_t{0} : plane::flag_more);
    if (!piece.empty()) made.add(plane::field_tag::blob, piece);
    send(made.bytes());
  } while (!rest.empty());
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
  answer(message.id(), user_.on_capture(order));
  return true;
}

void plane_link::take(std::span<const char> packet) {
  const auto message = plane::message_view::parse(packet);
  if (!message || !take_known(*message)) ++rejected_;
}

/// returns: whether it was something that control may say.
bool plane_link::take_known(const plane::message_view& message) {
  const auto number = message.number(plane::field_tag::number);
  switch (static_cast<plane::message_type>(message.type())) {
    case plane::message_type::ready: user_.on_control_ready(); return true;
    case plane::message_type::heartbeat: user_.on_control_heartbeat(); return true;
    case plane::message_type::watch: user_.on_watch(); return true;
    case plane::message_type::refresh:
      if (!number || *number == 0) return false;
      user_.on_refresh(*number, message.number(plane::field_tag::wanted).value_or(0));
      return true;
    case plane::message_type::keep_state: {
      const auto blob = message.bytes(plane::field_tag::blob);
      if (!blob || blob->size() > plane::state_bytes_max) return false;
      state_ = *blob;
      return true;
    }
    case plane::message_type::close_connection:
      if (!number || *number == 0 || !user_.on_close_connection(*number)) return false;
      answer(message.id(), {});
      return true;
    case plane::message_type::capture: return take_capture(message);
    case plane::message_type::lame_duck: answer(message.id(), user_.on_lame_duck()); return true;
    case plane::message_type::reload: answer(message.id(), user_.on_reload()); return true;
    case plane::message_type::unsupported: return true;  // an older control; nothing waits for it
    case plane::message_type::hello:                     // ours to say, as the next
    case plane::message_type::taken:
    case plane::message_type::refused:
    case plane::message_type::resync:
    case plane::message_type::opened:
    case plane::message_type::closed:
    case plane::message_type::slow_consumer:
    case plane::message_type::configured: return false;
  }
  plane::message_builder unknown(plane::message_type::unsupported, message.id());
  unknown.add(plane::field_tag::number, std::uint64_t{message.type()});
  send(unknown.bytes());
  return false;
}

}  // namespace wirebird::agent
