#include "perf/reference/broker.hh"

#include <algorithm>
#include <array>

#include <sys/socket.h>
#include <sys/uio.h>

namespace wirebird::reference {

namespace {

// The kernel takes at most this many pieces per call.
constexpr std::size_t pieces_max = 1024;

iovec piece_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::size_t outbox::send_pieces(int socket) {
  std::array<iovec, pieces_max> pieces;
  const std::string_view text = text_;
  std::size_t next = 0;      // reference
  std::size_t position = 0;  // in text
  std::size_t total = 0;
  while (position < text.size() || next < references_.size()) {
    std::size_t count = 0;
    std::size_t wanted = 0;
    while (count + 2 <= pieces_max && (position < text.size() || next < references_.size())) {
      const std::size_t end = next < references_.size() ? references_[next].position : text.size();
      pieces[count++] = piece_of(text.substr(position, end - position));
      wanted += end - position;
      position = end;
      if (next < references_.size()) {
        pieces[count++] = piece_of(references_[next].bytes);
        wanted += references_[next++].bytes.size();
      }
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    total += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (sent < static_cast<ssize_t>(wanted)) break;
  }
  return total;
}

void outbox::keep_behind(std::size_t sent) {
  const auto keep = [&](std::string_view bytes) {
    const std::size_t passed = std::min(sent, bytes.size());
    sent -= passed;
    backlog_.append(bytes.substr(passed));
  };
  std::size_t position = 0;
  for (const reference& each : references_) {
    keep(std::string_view(text_).substr(position, each.position - position));
    keep(each.bytes);
    position = each.position;
  }
  keep(std::string_view(text_).substr(position));
}

bool outbox::send_backlog(int socket) {
  while (backlog_sent_ < backlog_.size()) {
    const ssize_t sent = ::send(socket, backlog_.data() + backlog_sent_,
                                backlog_.size() - backlog_sent_, MSG_NOSIGNAL);
    if (sent < 0) return false;
    backlog_sent_ += static_cast<std::size_t>(sent);
  }
  backlog_.clear();
  backlog_sent_ = 0;
  return true;
}

bool outbox::flush(int socket) {
  if (backlog_.empty()) {
    keep_behind(send_pieces(socket));
  } else {
    keep_behind(0);
  }
  text_.clear();
  references_.clear();
  return backlog_.empty() || send_backlog(socket);
}

}  // namespace wirebird::reference
