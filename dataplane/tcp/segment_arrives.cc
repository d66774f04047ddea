#include "dataplane/tcp/connection.hh"
#include "dataplane/tcp/limits.hh"

#include <algorithm>
#include <utility>

// RFC 9293 3.10.7, in its order, with the checks of RFC 5961 and RFC 7323 where they belong. Each
// step returns false when the segment needs no further look.
namespace wirebird::tcp {

void connection::on_segment(const segment& arrived, frame&& packet, instant now) {
  if (is_over()) return;
  if (state_ == state::syn_sent) {
    arrives_in_syn_sent(arrived, now);
  } else if (check_stamps(arrived, now) && check_sequence(arrived, now) &&
             check_reset(arrived, now) && check_syn(arrived, now) && check_ack(arrived, now) &&
             take_text(arrived, std::move(packet), now)) {
    check_fin(now);
  }
  if (is_over()) return;
  if (established_ && (sendable() > 0 || owes_fin())) owe_output();
  settle_timers(now);
}

// 3.10.7.3
void connection::arrives_in_syn_sent(const segment& arrived, instant now) {
  const bool acks = arrived.has(flag::ack);
  if (acks && arrived.ack != snd_.iss + 1) {
    env_.counts.bad_ack.add();
    env_.out.refuse(tuple, arrived, now);
    return;
  }
  if (arrived.has(flag::rst)) {
    if (!acks) return;
    env_.counts.resets_in.add();
    end(stream::end_reason::peer_reset);
    return;
  }
  if (!arrived.has(flag::syn)) return;
  read_syn(arrived, tuple, env_.out, agreed_);
  snd_.mss = full_segment(agreed_);
  congestion_ = newreno(snd_.mss);
  snd_.shift = agreed_.shift.value_or(0);
  rcv_.shift = agreed_.shift ? limits::window_shift : std::uint8_t{0};
  rcv_.nxt = rcv_.acked = agreed_.irs + 1;
  rcv_.edge = rcv_.nxt + std::min(received_.capacity(), limits::window_unscaled_max);
  stamped_at_ = now;
  snd_.wnd = snd_.wnd_max = arrived.window;  // never scaled in a SYN
  snd_.wl1 = arrived.seq;
  snd_.wl2 = arrived.ack;
  if (acks) {
    measure(arrived, now);
    snd_.una = arrived.ack;
    // After a timeout the SYN may have waited for room to go again.
    snd_.send_at = later(snd_.send_at, snd_.una);
    silent_since_ = never;
    timers_.stop();
    set_state(state::established);
    env_.counts.connected.add();
    progress_ = true;
    become_ready();
    owe_ack_now();
  } else {
    // Simultaneous open: our SYN goes out again, now with an ACK.
    set_state(state::syn_received);
    snd_.send_at = snd_.una;
    owe_output();
  }
}

// RFC 7323 5.3: PAWS.
bool connection::check_stamps(const segment& arrived, instant now) {
  if (!agreed_.stamps || arrived.has(flag::rst)) return true;
  if (!arrived.stamps) {
    env_.counts.stamps_missing.add();
    return false;
  }
  const sequence recent{agreed_.ts_recent};
  const sequence stamp{arrived.stamps->value};
  if (stamp < recent && now - stamped_at_ < limits::timestamp_idle_max) {
    env_.counts.paws_dropped.add();
    challenge(now);
    return false;
  }
  return true;
}

// RFC 7323 4.3, once sequence and ACK number have shown that the segment is the peer's: a forged
// stamp from the future would shut the peer out.
void connection::note_stamp(const segment& arrived, instant now) noexcept {
  if (!agreed_.stamps || !arrived.stamps) return;
  if (arrived.seq > rcv_.acked || arrived.seq + arrived.length() < rcv_.acked) return;
  agreed_.ts_recent = arrived.stamps->value;
  stamped_at_ = now;
}

// First: the segment touches the window. Its edges count as inside, so a bare ACK that follows a
// full window, and a probe of a closed one, have their acknowledgement processed.
bool connection::check_sequence(const segment& arrived, instant now) {
  const sequence end = arrived.seq + arrived.length();
  if (arrived.seq <= rcv_.edge && end >= rcv_.nxt) return true;
  env_.counts.out_of_window.add();
  if (arrived.has(flag::rst)) return false;
  // Repeated data means that the peer misses our ACK; anything else could be one end of a storm.
  if (arrived.payload_bytes > 0 || arrived.has(flag::fin))
    owe_ack_now();
  else
    challenge(now);
  return false;
}

// Second (RFC 5961 3.2): only the exact number resets.
bool connection::check_reset(const segment& arrived, instant now) {
  if (!arrived.has(flag::rst)) return true;
  if (arrived.seq == rcv_.nxt) {
    env_.counts.resets_in.add();
    end(stream::end_reason::peer_reset);
  } else {
    challenge(now);
  }
  return false;
}

// Fourth (RFC 5961 4.2): a SYN is never believed; the peer's answer to the ACK tells. In a
// simultaneous open the peer's SYN-ACK carries the SYN we know, and its ACK counts.
bool connection::check_syn(const segment& arrived, instant now) {
  if (!arrived.has(flag::syn)) return true;
  const bool known = state_ == state::syn_received && arrived.seq + 1 == rcv_.nxt;
  if (known && arrived.has(flag::ack)) return true;
  challenge(now);
  return false;
}

// Fifth (RFC 5961 5.2).
bool connection::check_ack(const segment& arrived, instant now) {
  if (!arrived.has(flag::ack)) return false;
  if (state_ == state::syn_received && !establish(arrived, now)) return false;
  const bool too_old = arrived.ack < snd_.una - snd_.wnd_max;
  if (too_old || arrived.ack > snd_.nxt) {
    env_.counts.bad_ack.add();
    challenge(now);
    return false;
  }
  note_stamp(arrived, now);
  silent_since_ = never;
  heard_at_ = now;
  keepalives_ = 0;
  if (arrived.ack > snd_.una) {
    acknowledged(arrived, now);
    take_window(arrived);
    return !fin_was_acknowledged(now);
  }
  const std::uint32_t offered = std::uint32_t{arrived.window} << snd_.shift;
  const bool duplicate = arrived.ack == snd_.una && snd_.nxt > snd_.una && arrived.length() == 0 &&
                         offered == snd_.wnd && snd_.wnd > 0;
  if (duplicate) {
    env_.counts.duplicate_acks.add();
    if (recovery_.on_duplicate_ack(snd_.una, snd_.nxt, congestion_)) {
      env_.counts.fast_retransmits.add();
      first_again_ = true;
      owe_output();
    }
  }
  if (arrived.ack == snd_.una) update_window(arrived);
  return true;
}

bool connection::establish(const segment& arrived, instant now) {
  if (arrived.ack <= snd_.una || arrived.ack > snd_.nxt) {
    env_.counts.bad_ack.add();
    env_.out.refuse(tuple, arrived, now);
    return false;
  }
  const bool active = acceptor_ == nullptr;
  set_state(state::established);
  (active ? env_.counts.connected : env_.counts.accepted).add();
  // The SYN-ACK's window was not scaled; this segment's is, and counts whatever its number.
  snd_.wl1 = arrived.seq - 1;
  snd_.wl2 = arrived.ack;
  stamped_at_ = now;
  measure(arrived, now);
  snd_.una = snd_.iss + 1;
  // In a simultaneous open our SYN may have waited for room to go again.
  snd_.send_at = later(snd_.send_at, snd_.una);
  timers_.stop();
  if (active) progress_ = true;
  become_ready();
  update_window(arrived);
  return true;
}

void connection::acknowledged(const segment& arrived, instant now) {
  const std::uint32_t count = bytes_between(snd_.una, arrived.ack);
  const std::uint32_t data = count - (fin_ && arrived.ack > *fin_ ? 1U : 0U);
  measure(arrived, now);
  output().acknowledge(output().begin_position() + data);
  snd_.una = arrived.ack;
  snd_.send_at = later(snd_.send_at, snd_.una);
  const std::uint32_t flight = bytes_between(snd_.una, snd_.nxt);
  first_again_ = recovery_.on_ack(snd_.una, count, flight, limited_by_window_, congestion_);
  if (recovery_.restarts_timer() || snd_.una == snd_.send_at) timers_.stop();
  probes_ = 0;
  timeouts_ = 0;
  if (first_again_) owe_output();
  if (data == 0) return;
  progress_ = true;
  become_ready();
}

// A round-trip sample (RFC 6298 3): from the timed segment, exact; or, where a repetition made
// that ambiguous, from the peer's echo of our timestamp (RFC 7323 4), good to a millisecond.
void connection::measure(const segment& arrived, instant now) {
  if (timed_) {
    if (arrived.ack <= *timed_) return;
    rtt_.sample(now - timed_at_);
    timed_.reset();
    return;
  }
  if (!agreed_.stamps || !arrived.stamps) return;
  const std::uint32_t ms = timestamp_at(agreed_.ts_offset, now) - arrived.stamps->echo;
  const auto longest =
      std::chrono::duration_cast<std::chrono::milliseconds>(env_.settings.user_timeout);
  if (arrived.stamps->echo == 0 || ms > longest.count()) return;
  rtt_.sample(std::chrono::milliseconds(ms));
}

void connection::update_window(const segment& arrived) noexcept {
  const bool newer = snd_.wl1 < arrived.seq || (snd_.wl1 == arrived.seq && snd_.wl2 <= arrived.ack);
  if (newer) take_window(arrived);
}

// Also straight from a segment that acknowledges something new, whatever its number: it may be a
// repetition, and with the old window and the new SND.UNA we would send beyond the edge.
void connection::take_window(const segment& arrived) noexcept {
  const bool was_closed = snd_.wnd == 0;
  snd_.wnd = std::uint32_t{arrived.window} << snd_.shift;
  snd_.wnd_max = std::max(snd_.wnd_max, snd_.wnd);
  snd_.wl1 = arrived.seq;
  snd_.wl2 = arrived.ack;
  if (was_closed && snd_.wnd > 0) probes_ = 0;
}

bool connection::fin_was_acknowledged(instant now) {
  if (!fin_ || snd_.una <= *fin_) return false;
  if (state_ == state::fin_wait_1) {
    set_state(state::fin_wait_2);
    become_ready();
    if (input_lost_) end_with_loss(now);
  } else if (state_ == state::closing) {
    enter_time_wait(now);
  } else if (state_ == state::last_ack) {
    end(stream::end_reason::peer_closed);
  }
  return is_over();
}

// Seventh. What lies in front of RCV.NXT has been here; what lies beyond the window is not ours to
// keep; the rest is.
bool connection::take_text(const segment& arrived, frame&& packet, instant now) {
  if (arrived.length() == 0) return true;
  if (!takes_text()) {
    owe_ack_now();  // the peer repeats what we have: it misses our ACK
    return false;
  }
  const sequence start = arrived.seq + (arrived.has(flag::syn) ? 1U : 0U);
  const sequence end = start + arrived.payload_bytes;
  if (arrived.has(flag::fin) && end >= rcv_.nxt && end <= rcv_.edge && !rcv_.fin) rcv_.fin = end;
  sequence stop = end < rcv_.edge ? end : rcv_.edge;
  if (rcv_.fin && *rcv_.fin < stop) stop = *rcv_.fin;
  const sequence first = later(start, rcv_.nxt);
  if (stop < end) owe_ack_now();
  if (stop <= first) {
    owe_ack_now();
    return true;
  }
  if (closing_) return take_text_after_close(first, stop, now);
  packet.trim_front(arrived.header_bytes + bytes_between(start, first));
  packet.truncate(bytes_between(first, stop));
  keep_text(first, std::move(packet).into_slice(), now);
  return true;
}

// Nobody reads any more. While our own last bytes are on their way the input is swallowed, so that
// they arrive; after that a peer that goes on sending is told with a RST (RFC 2525 2.17).
bool connection::take_text_after_close(sequence first, sequence stop, instant now) {
  env_.counts.after_close.add();
  input_lost_ = true;
  if (state_ == state::fin_wait_2) {
    end_with_loss(now);
    return false;
  }
  if (first == rcv_.nxt) rcv_.nxt = stop;
  owe_ack_now();
  return true;
}

void connection::keep_text(sequence seq, slice bytes, instant now) {
  const bool in_order = seq == rcv_.nxt;
  const bool repairs = in_order && !received_.out_of_order().empty();
  const bool waits = paused_ || received_.unread_slices() >= limits::unread_slices_max;
  const bool small = bytes.size() < bytes.footprint() / limits::small_fraction;
  const bool stays = waits || !in_order || received_.unread_bytes() > 0;
  const bool copy = (waits && small) || (stays && env_.frames_are_low());
  const auto how = copy ? receive_buffer::keeping::copy : receive_buffer::keeping::frame;
  const receive_buffer::taken taken = received_.take(seq, rcv_.nxt, std::move(bytes), how);
  rcv_.nxt = rcv_.nxt + taken.in_order;
  env_.counts.bytes_in.add(taken.in_order);
  env_.counts.copied_in.add(taken.copied);
  if (taken.refused)
    (in_order ? env_.counts.receive_dropped : env_.counts.reassembly_dropped).add();
  if (taken.in_order > 0) {
    fresh_ = true;
    become_ready();
  }
  if (!in_order) {
    env_.counts.out_of_order.add();
    duplicate_acks_owed_ = std::min(duplicate_acks_owed_ + 1, limits::duplicate_acks_per_flush);
    owe_output();
  } else if (repairs || taken.refused || bytes_between(rcv_.acked, rcv_.nxt) >= 2 * snd_.mss) {
    owe_ack_now();  // RFC 5681 4.2: every second full segment, and at once when a gap closes
  } else {
    timers_.delay_ack(now + env_.settings.delayed_ack);
  }
}

// Eighth: the FIN, once everything in front of it is here.
void connection::check_fin(instant now) {
  if (end_of_stream_ || !rcv_.fin || rcv_.nxt != *rcv_.fin) return;
  rcv_.nxt = rcv_.nxt + 1;
  rcv_.edge = later(rcv_.edge, rcv_.nxt);
  end_of_stream_ = true;
  become_ready();
  owe_ack_now();
  switch (state_) {
    case state::established: set_state(state::close_wait); break;
    case state::fin_wait_1: set_state(state::closing); break;
    case state::fin_wait_2: enter_time_wait(now); break;
    default: break;
  }
}

void connection::challenge(instant now) {
  if (!challenges_.allow(limits::challenge_acks_per_second, now)) {
    env_.counts.challenge_acks_withheld.add();
    return;
  }
  env_.counts.challenge_acks.add();
  owe_ack_now();
}

}  // namespace wirebird::tcp
