#include "dataplane/tcp/listener.hh"

#include <algorithm>

namespace wirebird::tcp {

syn_queue::syn_queue(std::size_t entries_max, std::uint32_t window, demux& flows, emitter& out,
                     timer_wheel& wheel, counters& counts)
    : entries_(std::make_unique<half_open[]>(entries_max)),
      window_(window),
      flows_(flows),
      out_(out),
      wheel_(wheel),
      counts_(counts),
      entries_max_(entries_max) {
  for (std::size_t i = 0; i < entries_max; ++i) free_.push_back(entries_[i]);
}

void syn_queue::open(const four_tuple& tuple, const segment& syn, stream::acceptor& user,
                     sequence iss, std::uint32_t ts_offset, instant now) {
  half_open& entry = free_.front();
  entry.tuple = tuple;
  if (!flows_.insert(entry)) {
    counts_.syns_refused.add();
    return;
  }
  entry.unlink();
  ++used_;
  entry.agreed = {};
  entry.agreed.iss = iss;
  entry.agreed.ts_offset = ts_offset;
  read_syn(syn, tuple, out_, entry.agreed);
  entry.user = &user;
  entry.tries = 1;
  entry.repeated = false;
  entry.challenges = {};
  answer(entry, now);
  wait(entry, now);
}

void syn_queue::wait(half_open& entry, instant now) {
  entry.deadline = now + limits::syn_ack_first_wait * (1LL << (entry.tries - 1));
  entry.unlink();
  waiting_[entry.tries - 1].push_back(entry);
  if (!is_armed() || entry.deadline < timer::deadline()) wheel_.arm(*this, entry.deadline);
}

void syn_queue::answer(half_open& entry, instant now) {
  entry.answered_at = now;
  const segment syn = write_syn(entry.agreed, entry.tuple, out_, true, window_, now);
  if (!out_.send(entry.tuple, syn, now)) counts_.answers_lost.add();
}

void syn_queue::challenge(half_open& entry, instant now) {
  if (!entry.challenges.allow(limits::challenge_acks_per_second, now)) {
    counts_.challenge_acks_withheld.add();
    return;
  }
  counts_.challenge_acks.add();
  segment ack;
  ack.flags = flag::ack;
  ack.seq = entry.agreed.iss + 1;
  ack.ack = entry.agreed.irs + 1;
  const unsigned shift = entry.agreed.shift ? limits::window_shift : 0;
  ack.window = static_cast<std::uint16_t>(std::min(window_, limits::window_unscaled_max) >> shift);
  if (entry.agreed.stamps)
    ack.stamps = timestamps{timestamp_at(entry.agreed.ts_offset, now), entry.agreed.ts_recent};
  if (!out_.send(entry.tuple, ack, now)) counts_.answers_lost.add();
}

// RFC 9293 3.10.7.4 for SYN-RECEIVED after a passive open, with the checks of RFC 5961 3 and 4.
syn_queue::verdict syn_queue::on_segment(half_open& entry, const segment& arrived, instant now) {
  const sequence rcv_nxt = entry.agreed.irs + 1;
  if (arrived.has(flag::syn) && !arrived.has(flag::ack) && arrived.seq == entry.agreed.irs) {
    if (entry.agreed.stamps && arrived.stamps) entry.agreed.ts_recent = arrived.stamps->value;
    // The peer's SYN again: our answer was lost, or is on its way. The clock is not restarted.
    counts_.syn_acks_repeated.add();
    answer(entry, now);
    entry.repeated = true;
    return verdict::done;
  }
  const std::uint32_t window = std::min(window_, limits::window_unscaled_max);
  const bool acceptable = arrived.seq >= rcv_nxt && arrived.seq <= rcv_nxt + window;
  if (arrived.has(flag::rst)) {
    if (arrived.seq == rcv_nxt) {
      counts_.resets_in.add();
      drop(entry);
    } else if (acceptable) {
      challenge(entry, now);
    }
    return verdict::done;
  }
  const bool old_stamp = entry.agreed.stamps && arrived.stamps &&
                         sequence{arrived.stamps->value} < sequence{entry.agreed.ts_recent};
  if (!acceptable || old_stamp || arrived.has(flag::syn)) {
    challenge(entry, now);
    return verdict::done;
  }
  if (!arrived.has(flag::ack)) return verdict::done;
  if (arrived.ack != entry.agreed.iss + 1) {
    counts_.bad_ack.add();
    out_.refuse(entry.tuple, arrived, now);
    return verdict::done;
  }
  return verdict::established;
}

void syn_queue::drop(half_open& entry) noexcept {
  flows_.erase(entry);
  release(entry);
}

void syn_queue::release(half_open& entry) noexcept {
  entry.unlink();
  entry.user = nullptr;
  free_.push_back(entry);
  --used_;
}

void syn_queue::drop_port(std::uint16_t port) noexcept {
  for (std::size_t i = 0; i < entries_max_; ++i)
    if (entries_[i].user != nullptr && entries_[i].tuple.local.port == port) drop(entries_[i]);
}

void syn_queue::clear() noexcept {
  for (list& entries : waiting_)
    while (!entries.empty()) drop(entries.front());
  disarm();
}

void syn_queue::on_timer(instant now) {
  instant next = never;
  for (std::size_t group = waiting_.size(); group-- > 0;) {
    list& entries = waiting_[group];
    while (!entries.empty() && entries.front().deadline <= now) {
      half_open& entry = entries.front();
      if (group + 1 == waiting_.size()) {
        counts_.half_open_expired.add();
        drop(entry);
        continue;
      }
      counts_.syn_acks_repeated.add();
      entry.tries = static_cast<unsigned>(group) + 2;
      entry.repeated = true;
      answer(entry, now);
      wait(entry, now);
    }
  }
  for (list& entries : waiting_)
    if (!entries.empty()) next = std::min(next, entries.front().deadline);
  if (next != never) wheel_.arm(*this, next);
}

}  // namespace wirebird::tcp
