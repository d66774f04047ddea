#include "dataplane/worker/plane_port.hh"

#include "dataplane/base/counter.hh"
#include "dataplane/worker/worker.hh"
#include "protocol/plane_messages.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace wirebird::worker {

namespace {

using protocol::plane::connection_row;
using protocol::plane::worker_record;

[[nodiscard]] std::uint64_t value_of(const counter& count) noexcept {
  return count.value();
}
[[nodiscard]] std::uint64_t value_of(std::uint64_t count) noexcept {
  return count;
}

/// Calls `visit(room, name, value)` for every counter of the worker, always in the same order.
template <typename Visitor>
void for_each_counter(const worker& self, Visitor&& visit) {
  const auto in_room = [&](std::string_view room) {
    return [&visit, room](std::string_view name, const auto& count) {
      visit(room, name, value_of(count));
    };
  };
  self.broker.counts().for_each(in_room("broker"));
  if (self.port) {
    self.port->tcp.counts().for_each(in_room("tcp"));
    self.port->link.counts().for_each(in_room("net"));
  }
  if (self.sockets) self.sockets->counts().for_each(in_room("sockets"));
  if (self.http) self.http->counts().for_each(in_room("relay"));
  if (self.balanced) self.balanced->counts().for_each(in_room("proxy"));
}

[[nodiscard]] std::int64_t nanoseconds(instant at) noexcept {
  return at.time_since_epoch().count();
}

[[nodiscard]] connection_row row_of(const broker::session_summary& from) noexcept {
  connection_row row{};
  row.cid = from.id;
  row.start_ns = nanoseconds(from.start);
  row.last_activity_ns = nanoseconds(from.last_activity);
  row.rtt_ns = from.round_trip.count();
  row.pending_bytes = from.pending_bytes;
  row.in_msgs = from.traffic.in_msgs;
  row.out_msgs = from.traffic.out_msgs;
  row.in_bytes = from.traffic.in_bytes;
  row.out_bytes = from.traffic.out_bytes;
  row.subscriptions = static_cast<std::uint32_t>(from.subscriptions);
  row.port = from.remote.port;
  row.address = from.remote.address.octets;
  row.name.assign(from.name);
  row.lang.assign(from.lang);
  row.version.assign(from.version);
  row.user.assign(from.user);
  return row;
}

[[nodiscard]] protocol::plane::path_record path_of(const stream::path_facts& from) noexcept {
  return {.round_trip_ns = static_cast<std::uint64_t>(from.round_trip.count()),
          .variation_ns = static_cast<std::uint64_t>(from.variation.count()),
          .timeout_ns = static_cast<std::uint64_t>(from.timeout.count()),
          .congestion_window = from.congestion_window,
          .peer_window = from.peer_window,
          .in_flight = from.in_flight,
          .retransmitted = from.retransmitted,
          .segment_bytes = from.segment_bytes};
}

void write_histogram(std::uint8_t* at, const time_histogram& from) noexcept {
  protocol::plane::store_words(at, from.counts().data(), sizeof from.counts());
}

void write_row(std::uint8_t* rows, std::size_t index, const connection_row& row) noexcept {
  protocol::plane::write_locked(rows + index * protocol::plane::row_stride, &row, sizeof row);
}

}  // namespace

void plane_port::begin(const worker& self, std::uint64_t number) noexcept {
  // May be of a later request already, which gets a sweep of its own.
  const std::uint64_t wanted = wanted_.load(std::memory_order_relaxed);
  at_work_on_ = number;
  rows_ = (wanted & protocol::plane::wanted_no_rows) == 0;
  paths_ = rows_ && (wanted & protocol::plane::wanted_paths) != 0;
  places_left_ = rows_ ? self.broker.places() : 0;
  rows_written_ = 0;
  rows_missing_ = 0;
  cache_ = (wanted & protocol::plane::wanted_cache) != 0;
  cache_walk_ = {};
  lists_ = (wanted & protocol::plane::wanted_subscriptions) != 0;
  if (!lists_) return;
  walk_ = self.broker.begin_walk();
  list_written_ = 0;
  list_missing_ = 0;
  // Odd until it is complete: who reads the list before must not believe it.
  protocol::plane::store_word(share_.list, protocol::plane::load_word(share_.list) | 1);
  std::atomic_thread_fence(std::memory_order_release);
}

void plane_port::copy_rows(const worker& self) noexcept {
  // Sessions may have gone since the last step; see broker::places().
  places_left_ = std::min(places_left_, self.broker.places());
  const std::size_t rows = paths_ ? rows_with_paths_per_step : rows_per_step;
  for (std::size_t i = 0; i < rows && places_left_ > 0; ++i) {
    const auto summary = self.broker.summary(--places_left_);
    if (!summary) continue;
    if (rows_written_ == share_.row_count) {
      ++rows_missing_;
      continue;
    }
    connection_row row = row_of(*summary);
    if (paths_) row.path = path_of(self.broker.facts(places_left_));
    write_row(share_.rows, rows_written_++, row);
  }
}

void plane_port::on_subscription(const broker::subscription_summary& one) noexcept {
  const protocol::plane::subscription_head head{one.client,
                                                one.delivered,
                                                one.max,
                                                static_cast<std::uint32_t>(one.subject.size()),
                                                static_cast<std::uint32_t>(one.queue.size()),
                                                static_cast<std::uint32_t>(one.sid.size())};
  const std::size_t text_size = one.subject.size() + one.queue.size() + one.sid.size();
  const std::size_t size = sizeof head + (text_size + 7) / 8 * 8;
  if (size > share_.list_bytes - list_written_) {
    ++list_missing_;
    return;
  }
  std::uint8_t* at = share_.list + protocol::plane::sequence_bytes + list_written_;
  protocol::plane::store_words(at, &head, sizeof head);
  at += sizeof head;
  std::array<std::uint8_t, 8> word{};
  std::size_t filled = 0;
  for (const std::string_view part : {one.subject, one.queue, one.sid}) {
    for (const char letter : part) {
      word[filled++] = static_cast<std::uint8_t>(letter);
      if (filled < word.size()) continue;
      protocol::plane::store_words(at, word.data(), word.size());
      at += word.size();
      filled = 0;
      word = {};
    }
  }
  if (filled > 0) protocol::plane::store_words(at, word.data(), word.size());
  list_written_ += size;
}

void plane_port::list_subscriptions(const worker& self) noexcept {
  if (!self.broker.walk_some(walk_, slots_per_step, *this)) return;
  lists_ = false;
  store(offsetof(worker_record, list_bytes), list_written_);
  store(offsetof(worker_record, list_missing), list_missing_);
  store(offsetof(worker_record, list_refresh), at_work_on_);
  protocol::plane::store_word(share_.list, protocol::plane::load_word(share_.list) + 1);
}

void plane_port::count_cache(const worker& self) noexcept {
  if (!self.broker.walk_some(cache_walk_, cache_slots_per_step)) return;
  cache_ = false;
  store(offsetof(worker_record, cache_results), cache_walk_.results);
  store(offsetof(worker_record, cache_fan_out), cache_walk_.fan_out);
  store(offsetof(worker_record, cache_fan_out_max), cache_walk_.widest);
}

void plane_port::store(std::size_t offset, std::uint64_t value) noexcept {
  protocol::plane::store_word(share_.record + offset, value);
}

void plane_port::beat(const worker& self, instant now) noexcept {
  heartbeat_at_ = now;
  store(offsetof(worker_record, busy_ns), static_cast<std::uint64_t>(self.load.busy().count()));
  store(offsetof(worker_record, busy_loops), self.load.loops());
  store(offsetof(worker_record, loop_ns_max),
        static_cast<std::uint64_t>(self.load.loop_max().count()));
  store(offsetof(worker_record, listing_ns),
        static_cast<std::uint64_t>(self.load.listing().count()));
  store(offsetof(worker_record, listing_ns_max),
        static_cast<std::uint64_t>(self.load.listing_max().count()));
  store(offsetof(worker_record, heartbeat_ns), static_cast<std::uint64_t>(nanoseconds(now)));
}

bool plane_port::step(const worker& self, instant now) noexcept {
  if (now - heartbeat_at_ >= heartbeat_interval) beat(self, now);
  if (at_work_on_ == 0) {
    const std::uint64_t asked = asked_.load(std::memory_order_acquire);
    if (asked == done_) return false;
    begin(self, asked);
  }
  if (places_left_ > 0)
    copy_rows(self);
  else if (lists_)
    list_subscriptions(self);
  else if (cache_)
    count_cache(self);
  if (places_left_ == 0 && !lists_ && !cache_) finish(self, now);
  return at_work_on_ != 0;
}

void plane_port::finish(const worker& self, instant now) noexcept {
  std::size_t index = 0;
  for_each_counter(self, [&](std::string_view, std::string_view, std::uint64_t value) {
    if (index < share_.counter_count)
      protocol::plane::store_word(share_.counters + 8 * index++, value);
  });
  if (rows_) {
    store(offsetof(worker_record, connection_rows), rows_written_);
    store(offsetof(worker_record, rows_missing), rows_missing_);
  }
  if (paths_) store(offsetof(worker_record, facts_refresh), at_work_on_);
  beat(self, now);
  write_histogram(share_.latency, self.load.latency());
  write_histogram(share_.loops, self.load.loop());
  write_histogram(share_.listing_steps, self.load.listing_steps());
  store(offsetof(worker_record, clients_plus_one), self.broker.open_sessions() + 1);
  store(offsetof(worker_record, arena_used), self.memory.used_bytes());
  store(offsetof(worker_record, arena_limit), self.memory.limit_bytes());
  if (self.port) store(offsetof(worker_record, frames_free), self.port->queue.frames().available());
  store(offsetof(worker_record, subscriptions), self.broker.subscriptions());
  done_ = at_work_on_;
  at_work_on_ = 0;
  store(offsetof(worker_record, refresh_done), done_);  // last: it says that the others are new
}

void plane_port::on_closed(const broker::session_summary& summary, broker::close_reason reason,
                           instant now) noexcept {
  connection_row row = row_of(summary);
  row.stop_ns = nanoseconds(now);
  row.reason.assign(to_string(reason));
  write_row(share_.closed, closed_total_ % share_.closed_count, row);
  protocol::plane::store_word(share_.record + offsetof(worker_record, closed_total),
                              ++closed_total_);
}

std::string counter_names(const worker& self) {
  std::string names;
  for_each_counter(self, [&](std::string_view room, std::string_view name, std::uint64_t) {
    names.append(room).append(".").append(name).append("\n");
  });
  return names;
}

}  // namespace wirebird::worker
