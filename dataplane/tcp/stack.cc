#include "dataplane/tcp/stack.hh"

#include "dataplane/tcp/limits.hh"
#include "dataplane/tcp/segment_checksum.hh"

#include <algorithm>
#include <utility>

namespace wirebird::tcp {

stack::stack(const options& settings, frame_pool& frames, arena& memory, datagram_sink& sink,
             timer_wheel& wheel, const siphash_key& secret, random& dice,
             const port_capabilities& port)
    : options_(settings),
      out_(frames, sink, port, settings.resets_per_second, counts_),
      flows_(
          std::size_t{settings.connections_max} + settings.half_open_max + settings.time_wait_max,
          secret),
      time_waits_(settings.time_wait_max, settings.time_wait, flows_, wheel, counts_),
      syns_(settings.half_open_max, settings.receive_buffer_bytes, flows_, out_, wheel, counts_),
      isns_(secret),
      cookies_(secret),
      dice_(dice),
      env_{options_, frames,      memory,
           wheel,    counts_,     out_,
           flows_,   time_waits_, frames.available() / limits::frames_low_fraction,
           {},       {}} {}

stack::~stack() {
  while (!all_.empty()) delete &all_.front();
}

bool stack::listen(const endpoint& local, stream::acceptor& user) {
  const auto same = [&](const listener& other) { return other.local == local; };
  if (std::any_of(listeners_.begin(), listeners_.end(), same)) return false;
  listeners_.push_back({local, &user});
  return true;
}

void stack::stop_listening(std::uint16_t port) {
  std::erase_if(listeners_, [&](const listener& which) { return which.local.port == port; });
  syns_.drop_port(port);
}

void stack::stop_listening() {
  listeners_.clear();
  syns_.clear();
}

const listener* stack::listener_for(const endpoint& local) const noexcept {
  const listener* any = nullptr;
  for (const listener& which : listeners_) {
    if (which.local.port != local.port) continue;
    if (which.local.address == local.address) return &which;
    if (which.local.address == ip_address{}) any = &which;
  }
  return any;
}

void stack::add(connection& added) noexcept {
  all_.push_back(added);
  ++used_;
}

bool stack::choose_port(four_tuple& tuple) noexcept {
  if (tuple.local.port != 0) return flows_.find(tuple) == nullptr;
  for (unsigned i = 0; i < limits::ephemeral_tries; ++i) {
    tuple.local.port = static_cast<std::uint16_t>(limits::ephemeral_port_first +
                                                  dice_.below(limits::ephemeral_ports));
    if (flows_.find(tuple) == nullptr) return true;
  }
  return false;
}

stream::connection* stack::connect(endpoint local, const endpoint& remote, stream::handler& user,
                                   instant now) {
  four_tuple tuple{local, remote};
  if (used_ >= options_.connections_max || !choose_port(tuple)) return nullptr;
  handshake agreed;
  agreed.iss = isns_.initial(tuple, now);
  agreed.ts_offset = isns_.timestamp_offset(tuple);
  agreed.mss = limits::mss_default_v4;
  auto* opened = new connection(env_, agreed, state::syn_sent, nullptr, now, std::nullopt);
  opened->tuple = tuple;
  check(flows_.insert(*opened), "the demux holds all connections that connections_max allows");
  opened->set_handler(user);
  add(*opened);
  opened->flush(now);
  return opened;
}

void stack::on_datagram(datagram&& packet, instant now) {
  counts_.segments_in.add();
  const std::optional<segment> arrived = parse(packet.payload.bytes());
  if (!arrived) {
    counts_.malformed.add();
    return;
  }
  if (!checksum_is_good(packet)) {
    counts_.checksum_wrong.add();
    if (checksum_is_partial(packet)) counts_.checksum_partial.add();
    return;
  }
  if (arrived->options_cut) counts_.options_cut.add();
  const four_tuple tuple{{packet.destination, arrived->destination_port},
                         {packet.source, arrived->source_port}};
  if (tuple.local == tuple.remote) {
    counts_.malformed.add();
    return;
  }
  flow* found = flows_.find(tuple);
  if (found == nullptr) return to_nobody(tuple, *arrived, std::move(packet.payload), now);
  switch (found->what) {
    case flow::kind::connection:
      static_cast<connection*>(found)->on_segment(*arrived, std::move(packet.payload), now);
      break;
    case flow::kind::half_open:
      to_half_open(static_cast<half_open&>(*found), *arrived, std::move(packet.payload), now);
      break;
    case flow::kind::time_wait:
      to_time_wait(static_cast<time_wait_entry&>(*found), *arrived, std::move(packet.payload), now);
      break;
  }
}

// RFC 9293 3.10.7.1 and 3.10.7.2.
void stack::to_nobody(const four_tuple& tuple, const segment& arrived, frame&& packet,
                      instant now) {
  const listener* where = listener_for(tuple.local);
  const bool opens = arrived.has(flag::syn) && !arrived.has(flag::ack) && !arrived.has(flag::rst) &&
                     !arrived.has(flag::fin);
  if (opens && where != nullptr) {
    on_syn(tuple, arrived, isns_.initial(tuple, now), now);
    return;
  }
  const bool completes = arrived.has(flag::ack) && !arrived.has(flag::syn) &&
                         !arrived.has(flag::rst) && where != nullptr && cookies_.are_out(now);
  if (completes) return open_by_cookie(tuple, *where, arrived, std::move(packet), now);
  counts_.no_connection.add();
  out_.refuse(tuple, arrived, now);
}

void stack::on_syn(const four_tuple& tuple, const segment& syn, sequence iss, instant now) {
  counts_.syns_in.add();
  if (used_ >= options_.connections_max) {
    counts_.syns_refused.add();
    return;
  }
  if (syns_.is_full()) return answer_with_cookie(tuple, syn, now);
  const listener* where = listener_for(tuple.local);
  syns_.open(tuple, syn, *where->user, iss, isns_.timestamp_offset(tuple), now);
}

void stack::answer_with_cookie(const four_tuple& tuple, const segment& syn, instant now) {
  handshake agreed;
  agreed.ts_offset = isns_.timestamp_offset(tuple);
  read_syn(syn, tuple, out_, agreed);
  const segment answer = cookies_.bake(tuple, agreed, out_, options_.receive_buffer_bytes, now);
  if (out_.send(tuple, answer, now))
    counts_.cookies_sent.add();
  else
    counts_.answers_lost.add();
}

// Whatever comes without a cookie while some are out is dropped in silence: it may be text of a
// connection whose first segments were lost, and the repetition of those brings the cookie again. A
// RST would end such a connection.
void stack::open_by_cookie(const four_tuple& tuple, const listener& where, const segment& arrived,
                           frame&& packet, instant now) {
  const auto agreed = cookies_.read(tuple, arrived, isns_.timestamp_offset(tuple), now);
  if (!agreed) {
    counts_.cookies_wrong.add();
    return;
  }
  if (used_ >= options_.connections_max) {
    counts_.syns_refused.add();
    return;
  }
  counts_.cookies_accepted.add();
  auto* opened = new connection(env_, *agreed, state::syn_received, where.user, now, std::nullopt);
  opened->tuple = tuple;
  check(flows_.insert(*opened), "the demux holds all connections that connections_max allows");
  add(*opened);
  opened->on_segment(arrived, std::move(packet), now);
}

void stack::to_half_open(half_open& entry, const segment& arrived, frame&& packet, instant now) {
  if (syns_.on_segment(entry, arrived, now) != syn_queue::verdict::established) return;
  if (used_ >= options_.connections_max) {
    // The peer's next segment, or our next SYN-ACK, asks again.
    counts_.syns_refused.add();
    return;
  }
  std::optional<instant> syn_sent_at;
  if (!entry.repeated) syn_sent_at = entry.answered_at;
  auto* opened =
      new connection(env_, entry.agreed, state::syn_received, entry.user, now, syn_sent_at);
  flows_.replace(entry, *opened);
  syns_.release(entry);
  add(*opened);
  opened->on_segment(arrived, std::move(packet), now);
}

void stack::to_time_wait(time_wait_entry& entry, const segment& arrived, frame&& packet,
                         instant now) {
  if (time_waits_.on_segment(entry, arrived, out_, now) == time_wait_table::verdict::done) return;
  // A cookie cannot be made to lie behind the old connection's numbers: the SYN may come again.
  if (syns_.is_full()) {
    counts_.syns_refused.add();
    return;
  }
  const four_tuple tuple = entry.tuple;
  const sequence last = entry.snd_nxt;
  time_waits_.forget(entry);
  if (listener_for(tuple.local) == nullptr)
    return to_nobody(tuple, arrived, std::move(packet), now);
  counts_.time_wait_reused.add();
  // Behind every number of the old connection (RFC 9293 3.10.7.4), whatever the clock says.
  const sequence floor = last + limits::window_unscaled_max;
  const sequence iss = isns_.initial(tuple, now);
  on_syn(tuple, arrived, later(iss, floor), now);
}

void stack::on_path_error(const path_error& error, instant now) {
  flow* found = flows_.find({error.local, error.remote});
  if (found != nullptr && found->what == flow::kind::connection)
    static_cast<connection*>(found)->on_path_error(error, now);
  else
    counts_.path_errors_ignored.add();
}

void stack::deliver(instant now) {
  intrusive_list<connection, ready_tag> batch;
  batch.splice_back(env_.ready);
  while (!batch.empty()) {
    connection& next = batch.pop_front();
    if (!next.deliver(now)) continue;
    --used_;
    delete &next;
  }
}

void stack::flush(instant now) {
  intrusive_list<connection, output_tag> batch;
  batch.splice_back(env_.output);
  while (!batch.empty()) {
    if (out_.room() == 0) {
      // Those who found no room go first the next time.
      batch.splice_back(env_.output);
      env_.output.splice_back(batch);
      counts_.no_room.add();
      return;
    }
    connection& next = batch.pop_front();
    if (!next.emit(now) && !static_cast<list_hook<output_tag>&>(next).is_linked())
      env_.output.push_back(next);
  }
}

}  // namespace wirebird::tcp
