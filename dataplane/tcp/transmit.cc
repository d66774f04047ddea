#include "dataplane/tcp/connection.hh"
#include "dataplane/tcp/limits.hh"

#include <algorithm>

namespace wirebird::tcp {

bool connection::emit(instant now) {
  list_hook<output_tag>::unlink();
  if (is_over()) return true;
  bool all = false;
  if (established_)
    all = emit_first_again(now) && emit_data(now) && emit_acks(now);
  else
    all = emit_syn(now);
  settle_timers(now);
  return all;
}

bool connection::emit_syn(instant now) {
  if (snd_.send_at != snd_.una) return emit_acks(now);
  const bool answer = state_ == state::syn_received;
  const segment syn = write_syn(agreed_, tuple, env_.out, answer, received_.capacity(), now);
  if (!env_.out.send(tuple, syn, now)) return false;
  note_sent(snd_.una, snd_.una + 1, now);
  return true;
}

sequence connection::data_end() const noexcept {
  // In the states before ESTABLISHED the SYN is in front of the data and still unacknowledged.
  if (!established_) return snd_.una;
  if (fin_) return later(*fin_, snd_.una);
  return snd_.una + static_cast<std::uint32_t>(const_cast<connection*>(this)->output().size());
}

bool connection::owes_fin() const noexcept {
  const bool unacknowledged =
      state_ == state::fin_wait_1 || state_ == state::closing || state_ == state::last_ack;
  return unacknowledged && snd_.send_at == data_end();
}

std::uint32_t connection::window_left() const noexcept {
  return bytes_between(snd_.send_at, snd_.una + snd_.wnd);
}

/// Payload of the next segment: what the peer's window and the congestion window leave, full
/// segments only unless the data ends or half of the largest window ever seen is filled (RFC 9293
/// 3.8.6.2.1). There is no Nagle: whoever writes output() has corked it already.
std::uint32_t connection::sendable() const noexcept {
  const std::uint32_t unsent = bytes_between(snd_.send_at, data_end());
  const std::uint32_t in_flight = bytes_between(snd_.una, snd_.send_at);
  const std::uint32_t may_fly = congestion_.window() + recovery_.extra_bytes(snd_.mss);
  const std::uint32_t by_congestion = may_fly > in_flight ? may_fly - in_flight : 0;
  const std::uint32_t by_window = window_left();
  const std::uint32_t size = std::min({unsent, snd_.mss, by_window, by_congestion});
  if (size == snd_.mss || size == unsent) return size;
  if (by_window <= by_congestion && size >= snd_.wnd_max / 2) return size;
  return 0;
}

bool connection::emit_first_again(instant now) {
  if (!first_again_) return true;
  const std::uint32_t data = bytes_between(snd_.una, data_end());
  const std::uint32_t size = std::min({data, snd_.mss, snd_.wnd});
  const bool fin = size == data && fin_ && snd_.una <= *fin_;
  if (size == 0 && !fin) {
    first_again_ = false;  // the peer took its window back: probing is next
    return true;
  }
  if (!emit_segment(snd_.una, size, fin, now)) return false;
  first_again_ = false;
  return true;
}

bool connection::emit_data(instant now) {
  if (now >= path_mtu_until_) forget_path_mtu();
  if (bytes_between(snd_.send_at, data_end()) > 0 && snd_.send_at == snd_.una &&
      snd_.nxt == snd_.una && now - last_sent_at_ > rtt_.rto())
    congestion_.on_idle();
  if (probe_owed_) {
    // One byte is enough; where a part of a segment fits, it goes.
    const std::uint32_t unsent = bytes_between(snd_.send_at, data_end());
    const std::uint32_t size = std::min({unsent, snd_.mss, std::max(window_left(), 1U)});
    const bool closed = window_left() == 0;
    if (size > 0) {
      if (!emit_segment(snd_.send_at, size, false, now)) return false;
      if (closed) env_.counts.window_probes.add();
      // A probe into a closed window is not in flight: it will be sent again as part of the data.
      if (!closed) snd_.send_at = snd_.send_at + size;
    }
    probe_owed_ = false;
  }
  while (true) {
    const std::uint32_t unsent = bytes_between(snd_.send_at, data_end());
    const std::uint32_t size = sendable();
    const bool fin = size == unsent && (unsent == 0 ? owes_fin() : closing_);
    if (size == 0 && !fin) break;
    if (!emit_segment(snd_.send_at, size, fin, now)) return false;
    snd_.send_at = snd_.send_at + size + (fin ? 1U : 0U);
  }
  const std::uint32_t in_flight = bytes_between(snd_.una, snd_.send_at);
  limited_by_window_ = in_flight + snd_.mss > congestion_.window();
  return true;
}

bool connection::emit_segment(sequence at, std::uint32_t size, bool fin, instant now) {
  std::uint8_t flags = flag::ack;
  const bool last = at + size == data_end();
  if (last && size > 0) flags |= flag::psh;
  if (fin) flags |= flag::fin;
  const std::uint64_t position = output().begin_position() + bytes_between(snd_.una, at);
  if (!env_.out.send(tuple, header(at, flags, now), output(), position, size, now)) return false;
  ack_owed_ = false;
  timers_.cancel_delayed_ack();
  rcv_.acked = rcv_.nxt;
  if (fin && !fin_) fin_ = at + size;
  note_sent(at, at + size + (fin ? 1U : 0U), now);
  return true;
}

void connection::note_sent(sequence at, sequence end, instant now) noexcept {
  last_sent_at_ = now;
  if (at < snd_.nxt) {
    env_.counts.retransmitted.add();
    ++retransmitted_;
    if (timed_ && at <= *timed_) timed_.reset();  // Karn: its ACK would be ambiguous
  } else if (!timed_) {
    timed_ = at;
    timed_at_ = now;
  }
  snd_.nxt = later(snd_.nxt, end);
  if (!established_) snd_.send_at = end;
}

segment connection::header(sequence at, std::uint8_t flags, instant now) noexcept {
  segment out;
  out.seq = at;
  out.ack = rcv_.nxt;
  out.flags = flags;
  out.window = advertise();
  if (agreed_.stamps)
    out.stamps = timestamps{timestamp_at(agreed_.ts_offset, now), agreed_.ts_recent};
  return out;
}

/// The window field, after moving the right edge as far as unread bytes allow and silly window
/// avoidance asks (RFC 9293 3.8.6.2.2). The edge itself never moves back.
std::uint16_t connection::advertise() noexcept {
  const sequence possible = possible_edge();
  const std::uint32_t step = std::min(received_.capacity() / 2, snd_.mss);
  if (bytes_between(rcv_.edge, possible) >= step) rcv_.edge = possible;
  const std::uint32_t window = bytes_between(rcv_.nxt, rcv_.edge) >> rcv_.shift;
  return static_cast<std::uint16_t>(std::min(window, limits::window_unscaled_max));
}

/// Where the right edge could be: behind what is free, and within what the field can say.
sequence connection::possible_edge() const noexcept {
  return rcv_.nxt + std::min(received_.free_bytes(), limits::window_unscaled_max << rcv_.shift);
}

/// The session has read: the peer hears of it at once when its window was nearly used up, else
/// with the next ACK.
void connection::consider_window_update() noexcept {
  const std::uint32_t half = received_.capacity() / 2;
  const std::uint32_t grows = bytes_between(rcv_.edge, possible_edge());
  const std::uint32_t left = bytes_between(rcv_.nxt, rcv_.edge);
  if (left >= std::max(2 * snd_.mss, half / 4) || grows < std::min(half, snd_.mss)) return;
  env_.counts.window_updates.add();
  ack_owed_ = true;
  owe_output();
}

bool connection::emit_acks(instant now) {
  // Every duplicate goes out on its own: the peer counts them to find a loss.
  while (duplicate_acks_owed_ > 0) {
    if (!emit_ack(now)) return false;
    --duplicate_acks_owed_;
    ack_owed_ = false;
  }
  if (keepalive_owed_ && !emit_keepalive(now)) return false;
  if (!ack_owed_) return true;
  if (!emit_ack(now)) return false;
  ack_owed_ = false;
  return true;
}

bool connection::emit_ack(instant now) {
  segment out = header(snd_.nxt, flag::ack, now);
  if (agreed_.sack_permitted) out.sack_count = received_.out_of_order().sack_blocks(out.sack);
  if (!env_.out.send(tuple, out, now)) return false;
  timers_.cancel_delayed_ack();
  rcv_.acked = rcv_.nxt;
  return true;
}

bool connection::emit_keepalive(instant now) {
  if (!env_.out.send(tuple, header(snd_.nxt - 1, flag::ack, now), now)) return false;
  env_.counts.keepalives.add();
  keepalive_owed_ = false;
  return true;
}

void connection::owe_ack_now() noexcept {
  ack_owed_ = true;
  owe_output();
}

}  // namespace wirebird::tcp
