#include "dataplane/tcp/connection.hh"

#include "dataplane/tcp/limits.hh"

#include <algorithm>

namespace wirebird::tcp {

connection::connection(environment& env, const handshake& agreed, state start,
                       stream::acceptor* user, instant now, std::optional<instant> syn_sent_at)
    : stream::connection(env.memory),
      flow(kind::connection),
      env_(env),
      state_(start),
      acceptor_(user),
      agreed_(agreed),
      congestion_(full_segment(agreed)),
      recovery_(agreed.iss),
      rtt_(env.settings),
      received_(env.memory, env.settings.receive_buffer_bytes),
      stamped_at_(now),
      heard_at_(now) {
  snd_.iss = snd_.una = snd_.nxt = snd_.send_at = agreed.iss;
  snd_.mss = full_segment(agreed);
  if (start == state::syn_sent) return;
  snd_.nxt = snd_.send_at = agreed.iss + 1;
  snd_.shift = agreed.shift.value_or(0);
  rcv_.shift = agreed.shift ? limits::window_shift : std::uint8_t{0};
  rcv_.nxt = rcv_.acked = agreed.irs + 1;
  rcv_.edge = rcv_.nxt + std::min(received_.capacity(), limits::window_unscaled_max);
  if (syn_sent_at) {
    timed_ = agreed.iss;
    timed_at_ = *syn_sent_at;
  } else {
    rtt_.start_slow();
  }
}

void connection::set_state(state next) noexcept {
  check(transition_is_legal(state_, next), "a transition that RFC 9293 does not know");
  state_ = next;
  if (next == state::established) established_ = true;
}

void connection::become_ready() noexcept {
  if (!list_hook<ready_tag>::is_linked()) env_.ready.push_back(*this);
}

void connection::owe_output() noexcept {
  if (!list_hook<output_tag>::is_linked()) env_.output.push_back(*this);
}

// The 4-tuple is free (or TIME_WAIT's) from here on; what remains is to tell the handler.
void connection::end(stream::end_reason reason) noexcept {
  if (state_ != state::time_wait) {
    env_.flows.erase(*this);
    set_state(state::closed);
  }
  count_end(reason);
  ended_ = reason;
  timers_.stop();
  timers_.cancel_delayed_ack();
  alarm_.disarm();
  list_hook<output_tag>::unlink();
  discard_input();
  become_ready();
}

/// Once nobody wants to read; not under the hands of a handler that is reading.
void connection::discard_input() noexcept {
  if (!closing_ || offering_) return;
  if (received_.unread_bytes() > 0 || !received_.out_of_order().empty()) input_lost_ = true;
  received_.clear();
}

void connection::enter_time_wait(instant now) {
  set_state(state::time_wait);
  time_wait_entry facts;
  facts.snd_nxt = snd_.nxt;
  facts.rcv_nxt = rcv_.nxt;
  facts.ts_recent = agreed_.ts_recent;
  facts.ts_offset = agreed_.ts_offset;
  facts.stamps = agreed_.stamps;
  facts.window = advertise();
  // The ACK of the peer's FIN leaves now: nobody else would send it. Lost, the FIN comes again.
  if (!emit_ack(now)) env_.counts.answers_lost.add();
  env_.time_waits.enter(*this, facts, now);
  end(stream::end_reason::closed_by_us);
}

void connection::count_end(stream::end_reason reason) noexcept {
  switch (reason) {
    case stream::end_reason::closed_by_us: env_.counts.ended_closed_by_us.add(); break;
    case stream::end_reason::aborted_by_us: env_.counts.ended_aborted_by_us.add(); break;
    case stream::end_reason::peer_closed: env_.counts.ended_peer_closed.add(); break;
    case stream::end_reason::peer_reset: env_.counts.ended_peer_reset.add(); break;
    case stream::end_reason::timed_out: env_.counts.ended_timed_out.add(); break;
    case stream::end_reason::peer_dead: env_.counts.ended_peer_dead.add(); break;
    case stream::end_reason::unreachable: env_.counts.ended_unreachable.add(); break;
    case stream::end_reason::out_of_memory: break;
  }
}

bool connection::deliver(instant now) {
  if (!has_user() && established_ && !closing_ && !ended_) {
    stream::handler* user = acceptor_->on_accepted(*this, now);
    if (user != nullptr) {
      set_handler(*user);
    } else {
      env_.counts.refused_by_acceptor.add();
      abort(now);
    }
  }
  if (has_user() && progress_ && !ended_) {
    progress_ = false;
    user().on_progress(now);
  }
  if (has_user()) offer_bytes(now);
  if (!ended_ && has_user() && state_ == state::fin_wait_2) let_user_go(now);
  if (!ended_) return false;
  if (has_user()) user().on_ended(*ended_, now);
  return true;
}

// All that the handler wanted sent has arrived. When the peer closes its half is the peer's affair,
// so a client that never does keeps a control block for the FIN_WAIT_2 time and no session.
void connection::let_user_go(instant now) {
  stream::handler& user = this->user();
  clear_handler();
  user.on_ended(stream::end_reason::closed_by_us, now);
}

void connection::offer_bytes(instant now) {
  const std::uint32_t before = received_.unread_bytes();
  if (fresh_ && !paused_ && !closing_ && before > 0) {
    fresh_ = false;
    offering_ = true;
    user().on_bytes(received_.unread(), now);
    offering_ = false;
    discard_input();
    env_.counts.copied_in.add(received_.settle(env_.frames_are_low()));
    if (!is_over() && received_.unread_bytes() < before) consider_window_update();
  }
  if (!end_of_stream_ || end_of_stream_told_ || paused_ || closing_) return;
  end_of_stream_told_ = true;
  user().on_end_of_stream(now);
}

void connection::flush(instant now) {
  if (is_over() || emit(now)) return;
  owe_output();
}

void connection::resume_reading() noexcept {
  if (!paused_) return;
  paused_ = false;
  if (received_.unread_bytes() > 0) fresh_ = true;
  if (fresh_ || end_of_stream_) become_ready();
}

// RFC 9293 3.10.4. The FIN follows the last byte of output().
void connection::close(instant now) {
  if (closing_ || is_over()) return;
  closing_ = true;
  discard_input();
  if (input_lost_ && output().empty()) return end_with_loss(now);
  switch (state_) {
    case state::established: set_state(state::fin_wait_1); break;
    case state::close_wait: set_state(state::last_ack); break;
    case state::syn_received: reset(now); [[fallthrough]];
    default: end(stream::end_reason::closed_by_us); return;
  }
  consider_window_update();
  owe_output();
}

// RFC 2525 2.17, RFC 9293 3.6.1. Told no earlier than this, because a peer may throw away with its
// connection what it has not read yet.
void connection::end_with_loss(instant now) {
  env_.counts.input_lost.add();
  reset(now);
  end(stream::end_reason::closed_by_us);
}

stream::path_facts connection::facts() const noexcept {
  return {.round_trip = rtt_.smoothed(),
          .variation = rtt_.variation(),
          .timeout = rtt_.rto(),
          .congestion_window = congestion_.window(),
          .peer_window = snd_.wnd,
          .in_flight = static_cast<std::uint32_t>(snd_.nxt - snd_.una),
          .retransmitted = retransmitted_,
          .segment_bytes = snd_.mss};
}

// RFC 9293 3.10.5.
void connection::abort(instant now) {
  if (is_over()) return;
  closing_ = true;
  if (state_ != state::syn_sent) reset(now);
  output().clear();
  end(stream::end_reason::aborted_by_us);
}

// A peer takes a RST within its window only (RFC 9293 3.10.7.4): what lies beyond, such as a probe
// of a closed window, it has not accepted.
void connection::reset(instant now) {
  segment out;
  out.flags = flag::rst | flag::ack;
  out.seq = earlier(snd_.nxt, snd_.una + snd_.wnd);
  out.ack = rcv_.nxt;
  if (env_.out.send(tuple, out, now))
    env_.counts.resets_out.add();
  else
    env_.counts.answers_lost.add();
}

}  // namespace wirebird::tcp
