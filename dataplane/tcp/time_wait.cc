#include "dataplane/tcp/time_wait.hh"

#include "dataplane/tcp/handshake.hh"

namespace wirebird::tcp {

time_wait_table::time_wait_table(std::size_t entries_max, duration lasts, demux& flows,
                                 timer_wheel& wheel, counters& counts)
    : entries_(std::make_unique<time_wait_entry[]>(entries_max)),
      lasts_(lasts),
      flows_(flows),
      wheel_(wheel),
      counts_(counts) {
  for (std::size_t i = 0; i < entries_max; ++i) free_.push_back(entries_[i]);
}

void time_wait_table::start(time_wait_entry& entry, instant now) {
  entry.expires = now + lasts_;
  entry.unlink();
  waiting_.push_back(entry);
  if (!is_armed()) wheel_.arm(*this, waiting_.front().expires);
}

void time_wait_table::enter(flow& old, const time_wait_entry& facts, instant now) {
  if (free_.empty() && !waiting_.empty()) {
    counts_.time_wait_forgotten.add();
    forget(waiting_.front());
  }
  if (free_.empty()) {  // a table of no entries
    flows_.erase(old);
    return;
  }
  time_wait_entry& entry = free_.pop_front();
  flows_.replace(old, entry);
  entry.snd_nxt = facts.snd_nxt;
  entry.rcv_nxt = facts.rcv_nxt;
  entry.ts_recent = facts.ts_recent;
  entry.ts_offset = facts.ts_offset;
  entry.window = facts.window;
  entry.stamps = facts.stamps;
  ++used_;
  start(entry, now);
}

void time_wait_table::forget(time_wait_entry& entry) noexcept {
  flows_.erase(entry);
  entry.unlink();
  free_.push_back(entry);
  --used_;
}

// RFC 6191 2: timestamps tell old from new wherever both sides have them; else sequence numbers do.
bool time_wait_table::is_newer(const time_wait_entry& entry, const segment& syn) noexcept {
  const bool higher = syn.seq > entry.rcv_nxt;
  if (!entry.stamps || !syn.stamps) return higher || (!entry.stamps && syn.stamps.has_value());
  const sequence stamp{syn.stamps->value};
  const sequence last{entry.ts_recent};
  return stamp > last || (stamp == last && higher);
}

time_wait_table::verdict time_wait_table::on_segment(time_wait_entry& entry, const segment& arrived,
                                                     emitter& out, instant now) {
  // A RST does not end TIME_WAIT: that would let old duplicates into the next connection
  // (RFC 1337).
  if (arrived.has(flag::rst)) return verdict::done;
  if (arrived.has(flag::syn) && !arrived.has(flag::ack)) {
    if (is_newer(entry, arrived)) return verdict::reuse;
  }
  // A bare ACK gets no answer, or two ends could answer each other for ever.
  if (arrived.length() == 0) return verdict::done;
  segment answer;
  answer.flags = flag::ack;
  answer.seq = entry.snd_nxt;
  answer.ack = entry.rcv_nxt;
  answer.window = entry.window;
  if (entry.stamps) answer.stamps = timestamps{timestamp_at(entry.ts_offset, now), entry.ts_recent};
  if (!out.send(entry.tuple, answer, now)) counts_.answers_lost.add();
  if (arrived.has(flag::fin)) start(entry, now);
  return verdict::done;
}

void time_wait_table::on_timer(instant now) {
  while (!waiting_.empty() && waiting_.front().expires <= now) forget(waiting_.front());
  if (!waiting_.empty()) wheel_.arm(*this, waiting_.front().expires);
}

}  // namespace wirebird::tcp
