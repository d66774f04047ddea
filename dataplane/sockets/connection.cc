#include "dataplane/sockets/connection.hh"

#include "dataplane/sockets/kernel_facts.hh"
#include "dataplane/sockets/limits.hh"
#include "dataplane/sockets/socket_error.hh"

#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::sockets {

connection::connection(host& shared, precedence which, int descriptor, const endpoint& remote,
                       const endpoint& local, std::uint32_t slot) noexcept
    : stream::connection(shared.memory),
      shared_(shared),
      line_(shared.line_of(which)),
      deadline_(*this),
      remote_(remote),
      local_(local),
      descriptor_(descriptor),
      slot_(slot) {}

connection::~connection() {
  close_socket();
}

void connection::close_socket() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  deadline_.disarm();
}

void connection::reset_socket() noexcept {
  if (descriptor_ < 0) return;
  const linger at_once{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close_socket();
}

stream::path_facts connection::facts() const noexcept {
  return kernel_facts(descriptor_);
}

void connection::mark_due() noexcept {
  if (!list_hook<due_tag>::is_linked()) line_.due.push_back(*this);
}

bool connection::may_read() const noexcept {
  return !paused_ && unread_.size() < unread_bytes_max;
}

void connection::on_ready(std::uint32_t events) noexcept {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = true;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) end_in_sight_ = true;
  if ((events & EPOLLHUP) != 0) hung_up_ = true;
  if ((events & EPOLLOUT) != 0 && !writable_) {
    writable_ = true;
    send_due_ = true;
  }
  const bool reads = readable_ && (phase_ != phase::open || may_read() || hung_up_);
  if (reads || send_due_) mark_due();
}

void connection::resume_reading() noexcept {
  paused_ = false;
  if (phase_ != phase::open) return;
  if (!unread_.empty()) offer_due_ = true;
  if (offer_due_ || readable_) mark_due();
}

void connection::flush(instant now) {
  if (phase_ == phase::open || phase_ == phase::closing) send(now);
}

void connection::close(instant now) {
  if (phase_ != phase::open) return;
  phase_ = phase::closing;
  reason_ = peer_ended_ ? stream::end_reason::peer_closed : stream::end_reason::closed_by_us;
  shared_.timers.arm(deadline_, now + close_time_max);
  send(now);
  mark_due();
}

void connection::abort(instant) {
  if (phase_ != phase::open && phase_ != phase::closing) return;
  reset_socket();
  end(stream::end_reason::aborted_by_us);
}

void connection::on_deadline() {
  if (phase_ == phase::closing) {
    reset_socket();
    end(stream::end_reason::timed_out);
  } else {
    close_socket();
    mark_due();
  }
}

void connection::end(stream::end_reason reason) {
  phase_ = phase::ended;
  reason_ = reason;
  output().clear();
  list_hook<aside_tag>::unlink();
  mark_due();
}

void connection::lose(stream::end_reason reason) {
  close_socket();
  end(reason);
}

stream::end_reason connection::pending_error() const noexcept {
  if (failure_) return *failure_;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  return to_end_reason(error);
}

void connection::wait_for_memory(instant now) {
  if (!list_hook<aside_tag>::is_linked()) shared_.starved.add(*this, now);
}

connection::outcome connection::take_turn(instant now, std::size_t& moved_bytes) {
  if (send_due_) moved_bytes += send(now);
  if (phase_ == phase::open) turn_while_open(now, moved_bytes);
  if (phase_ == phase::open) return outcome::stays;

  unread_.clear();
  if (readable_ && descriptor_ >= 0) discard(moved_bytes);
  if (phase_ == phase::closing && (failure_ || output().empty())) finish_close(now);
  if (phase_ == phase::ended) return outcome::ended;
  return phase_ == phase::lingering && descriptor_ < 0 ? outcome::gone : outcome::stays;
}

void connection::turn_while_open(instant now, std::size_t& moved_bytes) {
  if (std::exchange(progress_due_, false)) user().on_progress(now);
  if (phase_ != phase::open) return;

  if (offer_due_) {
    if (!paused_) offer(now);
  } else if (readable_ && may_read()) {
    if (receive(now, moved_bytes)) offer(now);
  }
  if (phase_ != phase::open) return;

  // A reset behind bytes that nobody reads: they are dropped, as RFC 9293 3.10.7.4 says of a RST.
  if ((hung_up_ || failure_) && !may_read()) {
    lose(pending_error());
    return;
  }
  const bool reads_on = readable_ && may_read() && !list_hook<aside_tag>::is_linked();
  if (reads_on || (offer_due_ && !paused_)) mark_due();
}

bool connection::report_end(instant now) {
  counters& counts = shared_.counts;
  switch (reason_) {
    case stream::end_reason::closed_by_us: counts.ended_closed_by_us.add(); break;
    case stream::end_reason::aborted_by_us: counts.ended_aborted_by_us.add(); break;
    case stream::end_reason::peer_closed: counts.ended_peer_closed.add(); break;
    case stream::end_reason::peer_reset: counts.ended_peer_reset.add(); break;
    case stream::end_reason::peer_dead:  // the kernel tells it as a timeout
    case stream::end_reason::timed_out: counts.ended_timed_out.add(); break;
    case stream::end_reason::unreachable: counts.ended_unreachable.add(); break;
    case stream::end_reason::out_of_memory: counts.ended_out_of_memory.add(); break;
  }
  phase_ = phase::lingering;
  user().on_ended(reason_, now);
  return descriptor_ >= 0;
}

}  // namespace wirebird::sockets
