#include "dataplane/tcp/connection.hh"

#include <algorithm>

namespace wirebird::tcp {

void connection::settle_timers(instant now) noexcept {
  if (is_over()) return;
  using timer_kind = timers::kind;
  const bool in_flight = snd_.send_at > snd_.una;
  const bool unsent = snd_.send_at < data_end() || owes_fin();
  if (in_flight) {
    if (timers_.armed() != timer_kind::retransmit)
      timers_.arm(timer_kind::retransmit, now + rtt_.rto());
  } else if (unsent && established_ && sendable() == 0 && !owes_fin()) {
    if (timers_.armed() != timer_kind::persist)
      timers_.arm(timer_kind::persist,
                  now + std::min(rtt_.doubled(probes_), env_.settings.rto_max));
  } else if (state_ == state::fin_wait_2) {
    if (timers_.armed() != timer_kind::fin_wait_2)
      timers_.arm(timer_kind::fin_wait_2, now + env_.settings.fin_wait_2);
  } else if (established_ && env_.settings.keepalive_idle > duration::zero()) {
    if (timers_.armed() != timer_kind::keepalive)
      timers_.arm(timer_kind::keepalive, heard_at_ + env_.settings.keepalive_idle);
  } else {
    timers_.stop();
  }
  // Deadlines mostly move back: the wheel is touched only for one that is earlier than the alarm.
  const instant next = timers_.next_deadline();
  if (next != never && (!alarm_.is_armed() || next < alarm_.deadline()))
    env_.wheel.arm(alarm_, next);
}

void connection::on_alarm(instant now) {
  if (timers_.ack_is_due(now)) {
    timers_.cancel_delayed_ack();
    env_.counts.delayed_acks.add();
    ack_owed_ = true;
    owe_output();
  }
  if (timers_.is_due(now)) {
    const timers::kind which = timers_.armed();
    timers_.stop();
    switch (which) {
      case timers::kind::retransmit: retransmission_timeout(now); break;
      case timers::kind::persist: probe_timeout(now); break;
      case timers::kind::keepalive: keepalive_timeout(now); break;
      case timers::kind::fin_wait_2: end(stream::end_reason::closed_by_us); break;
      case timers::kind::idle: break;
    }
  }
  if (is_over()) return;
  const instant next = timers_.next_deadline();
  if (next != never) env_.wheel.arm(alarm_, next);
}

bool connection::peer_is_silent(instant now) noexcept {
  if (silent_since_ == never) silent_since_ = now;
  if (now - silent_since_ < env_.settings.user_timeout) return false;
  end(stream::end_reason::timed_out);
  return true;
}

// RFC 6298 5.4 to 5.7: everything in flight counts as lost and is sent again, one segment first.
void connection::retransmission_timeout(instant now) {
  if (peer_is_silent(now)) return;
  env_.counts.timeouts.add();
  ++timeouts_;
  rtt_.back_off();
  timed_.reset();
  if (established_ && snd_.wnd > 0) recovery_.on_timeout(snd_.una, snd_.nxt, congestion_);
  first_again_ = false;
  suspect_black_hole(now);
  snd_.send_at = snd_.una;
  owe_output();
}

// RFC 9293 3.8.6.1. Also the override that ends silly window avoidance (3.8.6.2.1).
void connection::probe_timeout(instant now) {
  if (peer_is_silent(now)) return;
  ++probes_;
  probe_owed_ = true;
  owe_output();
}

// RFC 1122 4.2.3.6. A number that the peer has acknowledged makes it say where it is.
void connection::keepalive_timeout(instant now) {
  const instant due = keepalives_ == 0 ? heard_at_ + env_.settings.keepalive_idle : now;
  if (due > now) return timers_.arm(timers::kind::keepalive, due);  // it spoke meanwhile
  if (keepalives_ >= env_.settings.keepalive_probes) return end(stream::end_reason::peer_dead);
  ++keepalives_;
  keepalive_owed_ = true;
  timers_.arm(timers::kind::keepalive, now + env_.settings.keepalive_interval);
  owe_output();
}

}  // namespace wirebird::tcp
