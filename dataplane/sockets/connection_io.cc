// The system calls of a connection: what is read, written and thrown away.
#include "dataplane/sockets/connection.hh"
#include "dataplane/sockets/limits.hh"
#include "dataplane/sockets/socket_error.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace wirebird::sockets {

bool connection::receive(instant now, std::size_t& moved_bytes) {
  const mutable_bytes room = shared_.block.room();
  if (room.empty()) {
    shared_.counts.read_droughts.add();
    wait_for_memory(now);
    return false;
  }
  const ssize_t count = recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT);
  if (count > 0) {
    const auto size = static_cast<std::uint32_t>(count);
    // The kernel had less than we asked for, so its buffer is empty and the next bytes are an event
    // of their own. An end that was announced is still to be read, though.
    if (size < room.size() && !end_in_sight_) readable_ = false;
    list_hook<aside_tag>::unlink();
    shared_.counts.receives.add();
    shared_.counts.bytes_in.add(size);
    const bool is_first = !std::exchange(has_spoken_, true);
    moved_bytes +=
        is_first ? std::max<std::size_t>(size, line_.bounds.first_words_cost_bytes) : size;
    unread_.push_back(shared_.block.take(size));
    return true;
  }
  const int error = count == 0 ? 0 : errno;
  if (error == EINTR) return false;
  readable_ = false;
  if (failure_)
    lose(*failure_);
  else if (error == 0)
    on_end_of_file(now);
  else if (error != EAGAIN)
    lose(to_end_reason(error));
  return false;
}

void connection::on_end_of_file(instant now) {
  if (!peer_ended_) {
    peer_ended_ = true;
    user().on_end_of_stream(now);
  } else if (hung_up_) {
    lose(pending_error());
  }
}

void connection::offer(instant now) {
  offer_due_ = false;
  if (!unread_.empty()) user().on_bytes(unread_, now);
  if (phase_ != phase::open || unread_.empty()) return;
  switch (pack(unread_, shared_.memory)) {
    case pack_result::lean: break;
    case pack_result::packed: shared_.counts.rests_packed.add(); break;
    case pack_result::arena_dry: shared_.counts.rests_kept.add(); break;
  }
}

std::size_t connection::send(instant now) {
  send_due_ = false;
  if (failure_) output().clear();
  std::size_t sent = 0;
  while (writable_ && !output().empty()) {
    if (sent >= send_bytes_per_turn) {
      send_due_ = true;
      break;
    }
    const std::size_t count = send_some(now);
    if (count == 0) break;
    sent += count;
  }
  if (sent == 0) return 0;
  shared_.counts.bytes_out.add(sent);
  progress_due_ = true;
  mark_due();
  return sent;
}

std::size_t connection::send_some(instant now) {
  std::array<byte_view, send_runs_max> runs;
  std::array<iovec, send_runs_max> pieces;
  const std::uint64_t from = output().begin_position();
  const std::size_t count = output().gather(from, runs);
  for (std::size_t i = 0; i < count; ++i)
    pieces[i] = {const_cast<std::uint8_t*>(runs[i].data()), runs[i].size()};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  const ssize_t sent = sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent <= 0) {
    on_send_error(errno, now);
    return 0;
  }
  shared_.counts.sends.add();
  output().acknowledge(from + static_cast<std::uint64_t>(sent));
  return static_cast<std::size_t>(sent);
}

void connection::on_send_error(int error, instant now) {
  switch (error) {
    case EAGAIN:  // EPOLLOUT will tell
      shared_.counts.sends_blocked.add();
      writable_ = false;
      return;
    case ENOBUFS:  // no event tells when the kernel has memory again
    case ENOMEM:
      shared_.counts.sends_blocked.add();
      send_due_ = true;
      wait_for_memory(now);
      return;
    case EINTR:
      send_due_ = true;
      mark_due();
      return;
    default: break;
  }
  if (phase_ != phase::open) {
    lose(to_end_reason(error));
    return;
  }
  // Writing is over, reading is not: a client that publishes and leaves without reading its last
  // replies resets the connection, and what it published comes first. The end of file or the error
  // behind that ends the connection.
  output().clear();
  failure_ = to_end_reason(error);
  readable_ = true;
  end_in_sight_ = true;
  mark_due();
}

void connection::finish_close(instant now) {
  if (failure_) {
    lose(*failure_);
    return;
  }
  if (peer_ended_ || shutdown(descriptor_, SHUT_WR) != 0)
    close_socket();
  else
    shared_.timers.arm(deadline_, now + linger_time_max);
  end(reason_);
}

void connection::discard(std::size_t& moved_bytes) {
  std::array<std::uint8_t, 16 * 1024> scrap;  // MSG_TRUNC: never written to
  std::size_t turn_bytes = 0;
  while (readable_ && discarded_ < linger_bytes_max && turn_bytes < discard_bytes_per_turn) {
    const ssize_t count = recv(descriptor_, scrap.data(), scrap.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      if (size < scrap.size() && !end_in_sight_) readable_ = false;
      turn_bytes += size;
      continue;
    }
    const int error = count == 0 ? 0 : errno;
    if (error == EINTR) continue;
    readable_ = false;
    if (error == 0) peer_ended_ = true;
    if (error == EAGAIN) break;
    if (phase_ != phase::closing)
      close_socket();
    else if (error != 0)
      lose(to_end_reason(error));
    break;
  }
  discarded_ += turn_bytes;
  moved_bytes += turn_bytes;
  shared_.counts.discarded_bytes.add(turn_bytes);
  if (readable_ && discarded_ < linger_bytes_max) mark_due();
}

}  // namespace wirebird::sockets
