#include "dataplane/broker/session.hh"

#include "dataplane/broker/limits.hh"

#include <algorithm>
#include <chrono>
#include <utility>

namespace wirebird::broker {

namespace {

close_reason reason_of(stream::end_reason reason) noexcept {
  switch (reason) {
    case stream::end_reason::peer_closed:
    case stream::end_reason::closed_by_us: return close_reason::client_closed;
    case stream::end_reason::timed_out:
    case stream::end_reason::out_of_memory: return close_reason::write_error;
    case stream::end_reason::aborted_by_us:
    case stream::end_reason::peer_dead:
    case stream::end_reason::peer_reset:
    case stream::end_reason::unreachable: break;
  }
  return close_reason::read_error;
}

}  // namespace

session::session(core& shared, stream::connection& connection, std::uint64_t id,
                 instant now) noexcept
    : core_(shared),
      connection_(&connection),
      output_(&connection.output()),
      id_(id),
      start_(now),
      last_activity_(now),
      remote_(connection.remote()),
      info_known_(shared.info_number),
      parser_(protocol::role::reads_client, shared.limits_before_connect) {}

session::~session() {
  std::size_t cursor = 0;
  while (by_sid_.size() > 0) retire(by_sid_.any(cursor));
}

bool session::greet(std::string_view info_line, instant now) {
  if (!output_->append_copy(as_bytes(info_line))) return false;
  ++core_.open;
  ++core_.connected;
  core_.counts.connections.add();
  core_.timers.arm(*this, now + core_.rules.ping_interval);
  if (core_.rules.login.required) expect_login(now);
  on_output(now);
  return true;
}

client_identity session::identity() const noexcept {
  if (connect_ == nullptr) return {id_, remote_, {}, {}, {}};
  return {id_, remote_, connect_->name, connect_->lang, connect_->version};
}

stream::path_facts session::facts() const noexcept {
  return connection_->facts();
}

session_summary session::summary() const noexcept {
  const client_identity who = identity();
  return {id_,      remote_,        start_,   last_activity_, round_trip_, output_->size(),
          traffic_, by_sid_.size(), who.name, who.lang,       who.version, claimed_name()};
}

bool session::list_some(subscription_walk& walk, std::size_t slots, subscription_sink& sink) const {
  if (walk.client != id_ || walk.layout != by_sid_.layout()) {
    walk.client = id_;
    walk.layout = by_sid_.layout();
    walk.cursor = 0;
  }
  walk.cursor = by_sid_.visit_some(walk.cursor, slots, [&](const subscription& one) {
    const std::string_view queue = one.group == nullptr ? std::string_view() : one.group->text();
    sink.on_subscription({id_, one.subject->text(), queue, one.sid(), one.delivered, one.max});
  });
  if (walk.cursor != 0) return false;
  walk.client = 0;
  return true;
}

void session::pause(pause_reason reason) noexcept {
  if (paused_ == 0) connection_->pause_reading();
  paused_ |= reason;
}

void session::resume(pause_reason reason, instant now) {
  if (!is_open()) return;
  paused_ &= static_cast<std::uint8_t>(~reason);
  if (paused_ != 0) return;
  connection_->resume_reading();
  if (peer_ended_ && !left_unread_) close(close_reason::client_closed, now);
}

void session::starve(instant now) noexcept {
  if (list_hook<starved_tag>::is_linked()) return;
  pause(for_memory);
  core_.counts.memory_waits.add();
  core_.memory_queue.wait(*this, now);
}

void session::on_memory(instant now) {
  if (!is_open()) return;
  if (owed_ != nullptr) {
    if (!output_->append_copy(as_bytes(*owed_))) {
      core_.memory_queue.wait(*this, now);
      return;
    }
    owed_.reset();
    on_output(now);
  }
  core_.memory_queue.on_resumed(*this, now);
  resume(for_memory, now);
}

void session::tell_info(instant now) {
  if (phase_ != phase::connected || !has_ponged_ || connect_->protocol < 1) return;
  if (info_known_ == core_.info_number) return;
  info_known_ = core_.info_number;
  core_.counts.infos_sent.add();
  reply(core_.info_line(id_, remote_), now);
}

void session::on_fanout_finished(instant now) {
  resume(for_fanout, now);
}

void session::on_unfinished_in_shortage(instant now) {
  core_.counts.unfinished_in_shortage.add();
  close_with("-ERR 'Stale Connection'\r\n", "Stale Connection", close_reason::stale_connection,
             now);
}

void session::on_output(instant now) {
  core_.flushes.add(*this);
  check_pending(now);
}

void session::check_pending(instant now) {
  if (output_->size() > core_.rules.max_pending)
    close_as_slow(core_.counts.slow_consumers, close_reason::slow_consumer_pending_bytes, now);
}

void session::on_delivered(std::size_t bytes, bool is_bulk, instant received, instant now) {
  last_activity_ = now;
  if (unflushed_messages_++ == 0 || received < unflushed_since_) unflushed_since_ = received;
  ++traffic_.out_msgs;
  traffic_.out_bytes += bytes;
  if (is_bulk)
    core_.flushes.add_bulk(*this, now);
  else
    core_.flushes.add(*this);
  check_pending(now);
}

void session::hold_back(const outgoing& message, instant now) {
  if (message.origin != nullptr) {
    // Asked first: who is stopped already costs the subscriber nothing.
    if (message.origin->may_be_stopped() && earns_throttle(now))
      message.origin->stop_until(throttle_until_, now);
  } else if (message.publisher != 0 && earns_throttle(now)) {
    core_.others.stop_publisher(message.publisher_worker, message.publisher, throttle_until_, now);
  }
}

void session::stop_until(instant until, instant now) {
  if (!may_be_stopped() || until <= now) return;
  core_.counts.publishers_throttled.add();
  pause(for_subscriber);
  core_.throttled.add(*this, until);
}

bool session::earns_throttle(instant now) noexcept {
  if (!is_open()) return false;
  if (now < throttle_until_) return true;
  const std::uint64_t price =
      std::min(throttle_price_bytes, core_.rules.max_pending / throttle_price_fraction + 1);
  const std::uint64_t acknowledged = output_->begin_position();
  if (!has_lagged_) {  // what it took before it lagged buys nothing
    has_lagged_ = true;
    throttle_paid_to_ = acknowledged;
  }
  if (acknowledged - throttle_paid_to_ < price) return false;
  throttle_paid_to_ = acknowledged;
  throttle_until_ = now + throttle_time;
  core_.counts.throttles.add();
  return true;
}

void session::on_progress(instant now) {
  progress_at_ = now;
  if (output_->empty()) {
    list_hook<waiting_tag>::unlink();
    has_lagged_ = false;
  }
  if (now >= throttle_until_ || lags()) return;
  throttle_until_ = now;
  core_.throttled.release(now);
  core_.others.release_publishers(now);
}

void session::on_delivery_failed(instant now) {
  if (!is_open()) return;
  if (output_->size() > backlog_bytes_min)
    close_as_slow(core_.counts.slow_without_memory, close_reason::slow_consumer_pending_bytes, now);
  else
    core_.counts.deliveries_no_memory.add();
}

void session::evict(instant now) {
  close_as_slow(core_.counts.slow_evicted, close_reason::slow_consumer_pending_bytes, now);
}

void session::reply(std::string_view bytes, instant now) {
  if (!is_open()) return;
  if (core_.rules.trace) [[unlikely]]
    trace_reply(bytes);
  if (owed_ == nullptr && output_->append_copy(as_bytes(bytes))) {
    on_output(now);
    return;
  }
  if (owed_ == nullptr) owed_ = std::make_unique<std::string>();
  owed_->append(bytes);
  starve(now);
}

void session::retire(subscription& leaving) {
  if (leaving_ == &leaving) leaving_ = nullptr;
  if (access_ != nullptr) access_->review.cursor = 0;
  by_sid_.erase(core_.interest.hash()(leaving.sid()), leaving);
  core_.interest.retire(leaving);
}

void session::retire_some() {
  if (core_.others.is_backed_up()) return;  // what leaves the table is told to other workers
  const std::size_t count = std::min(core_.retirable, by_sid_.size());
  std::size_t cursor = retire_cursor_;
  for (std::size_t i = 0; i < count; ++i) retire(by_sid_.any(cursor));
  retire_cursor_ = static_cast<std::uint32_t>(cursor);
  core_.retirable -= count;
}

void session::on_end_of_stream(instant now) {
  peer_ended_ = true;
  if (paused_ == 0 && !left_unread_) close(close_reason::client_closed, now);
}

void session::end(close_reason reason, instant now) {
  if (core_.closed != nullptr) core_.closed->on_closed(summary(), reason, now);
  phase_ = phase::draining;
  if (!is_counted_out_) core_.ids.on_closed();
  --core_.open;
  timer::disarm();
  write_watch_.disarm();
  if (access_ != nullptr) {
    access_->login.reset();
    access_->review.unlink();
  }
  core_.memory_queue.forget(*this);
  core_.others.forget(*this);
  core_.throttled.forget(*this);
  list_hook<waiting_tag>::unlink();
  core_.ending.push_back(*this);
  core_.events.on_client_closed(identity(), reason);
}

void session::close(close_reason reason, instant now) {
  if (!is_open()) return;
  end(reason, now);
  tell_others_of_end();
  connection_->close(now);
}

/// The end, which follows at once, comes behind what the client published, and behind what it no
/// longer wants. Who has seen its end meets nothing of it on another worker.
void session::tell_others_of_end() {
  if (core_.others.alone()) return;
  retire_some();
  core_.others.hand_over();
}

void session::close_as_slow(counter& count, close_reason reason, instant now) {
  if (!is_open()) return;
  count.add();
  slow_consumer why;
  if (reason == close_reason::slow_consumer_write_deadline)
    why.deadline = core_.rules.write_deadline;
  else
    why.limit_bytes = core_.rules.max_pending;
  why.chunks = output_->pieces();
  why.bytes = output_->size();
  core_.events.on_slow_consumer(identity(), why);
  end(reason, now);
  list_hook<touched_tag>::unlink();
  tell_others_of_end();
  connection_->abort(now);
}

void session::close_with(std::string_view line, std::string_view log_text, close_reason reason,
                         instant now) {
  if (!is_open()) return;
  core_.events.on_client_error(identity(), log_text);
  if (!line.empty()) reply(line, now);
  close(reason, now);
}

void session::on_ended(stream::end_reason reason, instant now) {
  if (is_open()) end(reason_of(reason), now);
  phase_ = phase::ended;
  connection_ = nullptr;
  output_ = nullptr;
  --core_.connected;
  list_hook<touched_tag>::unlink();
  core_.fanouts.forget_origin(*this);
  if (!list_hook<ending_tag>::is_linked()) core_.ending.push_back(*this);
}

void session::release_input() noexcept {
  if (line_.owner() != nullptr) core_.memory_queue.on_whole_line(*this, line_.footprint());
  line_ = slice();
  if (inbound_ != nullptr) core_.memory_queue.on_whole_message(*this, inbound_->block_bytes());
  inbound_.reset();
  owed_.reset();
}

void session::flush(instant now) {
  // What was flushed before is all acknowledged: only now does something begin to wait again.
  if (output_->begin_position() == flushed_to_) progress_at_ = now;
  flushed_to_ = output_->end_position();
  if (unflushed_messages_ > 0) core_.given.add(unflushed_since_, unflushed_messages_);
  unflushed_messages_ = 0;
  connection_->flush(now);
  if (!is_open() || output_->empty()) return;
  core_.waiting.add(*this);
  if (!write_watch_.is_armed()) core_.timers.arm(write_watch_, now + core_.rules.write_deadline);
}

void session::on_write_watch(instant now) {
  // Nothing waits: the next flush that leaves something arms the watch again.
  if (output_->begin_position() >= flushed_to_) return;
  if (core_.pause.held_up(write_watch_.deadline())) progress_at_ = now;
  const instant deadline = progress_at_ + core_.rules.write_deadline;
  if (now < deadline) {
    core_.timers.arm(write_watch_, deadline);
    return;
  }
  close_as_slow(core_.counts.slow_write_deadlines, close_reason::slow_consumer_write_deadline, now);
}

void session::on_timer(instant now) {
  const duration interval = core_.rules.ping_interval;
  const bool was_active = now - last_activity_ < interval || now - last_ping_in_ < interval;
  const bool wants_round_trip = !has_pinged_ || now - last_ping_out_ > round_trip_age_max;
  core_.timers.arm(*this, now + interval);
  if (was_active && !wants_round_trip) return;
  if (pings_unanswered_ + 1 > core_.rules.ping_max) {
    core_.counts.stale_connections.add();
    close_with("-ERR 'Stale Connection'\r\n", "Stale Connection", close_reason::stale_connection,
               now);
    return;
  }
  // No memory for a PING: there is output enough, or another time will do.
  if (!output_->append_copy(as_bytes(protocol::ping_line))) return;
  if (core_.rules.trace) [[unlikely]]
    trace_reply(protocol::ping_line);
  has_pinged_ = true;
  last_ping_out_ = now;
  ++pings_unanswered_;
  on_output(now);
}

void session::arm_first_ping(instant now) {
  const duration wait = std::min(core_.rules.ping_interval, first_ping_max);
  const auto spread = static_cast<std::uint64_t>(wait.count()) * first_ping_jitter_percent / 100;
  const auto later = static_cast<duration::rep>(core_.choices.below(spread + 1));
  core_.timers.arm(*this, now + wait + duration(later));
}

}  // namespace wirebird::broker
