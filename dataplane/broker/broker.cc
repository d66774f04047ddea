#include "dataplane/broker/broker.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <utility>

namespace wirebird::broker {

namespace {

constexpr std::string_view connections_exceeded = "-ERR 'maximum connections exceeded'\r\n";

}  // namespace

broker::broker(const options& rules, const protocol::server_info& identity, arena& memory,
               timer_wheel& timers, random& choices, const siphash_key& secret, id_source& ids,
               event_sink& events, const crossing::station& place)
    : core_(std::make_unique<core>(rules, identity, memory, timers, choices, secret, ids, events,
                                   place)) {}

broker::~broker() = default;

stream::handler* broker::on_accepted(stream::connection& connection, instant now) {
  const std::uint64_t id = core_->ids.next_client_id();
  auto made = std::make_unique<session>(*core_, connection, id, now);
  if (!made->greet(core_->info_line(id, connection.remote()), now)) {
    core_->counts.connections_no_memory.add();
    return nullptr;
  }
  const std::uint32_t limit = core_->rules.max_connections;
  const bool is_full = core_->ids.on_opened() >= limit && limit != 0;
  made->position = static_cast<std::uint32_t>(sessions_.size());
  sessions_.push_back(std::move(made));
  session& accepted = *sessions_.back();
  core_->by_id.insert(core::hash_of_id(id), accepted);
  core_->events.on_client_created(accepted.identity());
  if (is_full) {
    core_->counts.connections_exceeded.add();
    accepted.close_with(connections_exceeded, "maximum connections exceeded",
                        close_reason::maximum_connections_exceeded, now);
  }
  return &accepted;
}

bool broker::receive(instant now) {
  core_->pause.note(now);
  const bool judged = core_->logins.receive(now);
  return core_->others.receive(now) || judged;
}

bool broker::has_news() noexcept {
  return core_->others.has_news();
}

bool broker::is_settled() const noexcept {
  return core_->others.is_settled() && !core_->fanouts.has_unfinished();
}

void broker::flush(instant now) {
  core_->others.go_on(now);
  core_->fanouts.go_on(now);
  review_some(now);
  tell_some(now);
  core_->others.hand_over();
  core_->flushes.run(now, core_->fanouts.take_was_cut());
  clean_up();
  core_->others.ring_bells();
}

void broker::clean_up() {
  while (!core_->ending.empty() && core_->retirable > 0) {
    session& closed = core_->ending.front();
    closed.release_input();
    closed.retire_some();
    if (closed.has_subscriptions()) break;
    core_->ending.pop_front();
    if (closed.is_gone()) destroy(closed);
  }
  core_->retirable = retired_per_turn;
  if (core_->fanouts.has_unfinished())
    core_->interest.release_retired(core_->fanouts.oldest());
  else
    core_->interest.release_all_retired();
}

void broker::destroy(session& gone) {
  const std::uint32_t position = gone.position;
  core_->by_id.erase(core::hash_of_id(gone.id()), gone);
  std::swap(sessions_[position], sessions_.back());
  sessions_[position]->position = position;
  sessions_.pop_back();
}

bool broker::has_work() const noexcept {
  return core_->fanouts.has_work() || core_->flushes.has_work() || !core_->ending.empty() ||
         to_tell_ > 0 || is_reviewing();
}

void broker::apply(const options& rules, const protocol::server_info& identity, bool tells,
                   instant now) {
  core_->apply(rules, identity);
  close_surplus(now);
  if (!tells) return;
  ++core_->info_number;
  to_tell_ = sessions_.size();
}

void broker::review(const auth::succession& heirs) noexcept {
  heirs_ = &heirs;
  to_review_ = sessions_.size();
}

bool broker::is_reviewing() const noexcept {
  return to_review_ > 0 || !core_->reviews.empty();
}

void broker::review_some(instant now) {
  to_review_ = std::min(to_review_, sessions_.size());  // see places()
  for (std::size_t i = 0; i < reviewed_per_turn && to_review_ > 0; ++i)
    sessions_[--to_review_]->review(*heirs_, now);
  core_->reviews.go_on(now);
}

/// Whoever came last here goes first.
void broker::close_surplus(instant now) {
  const std::uint32_t limit = core_->rules.max_connections;
  for (std::size_t i = sessions_.size(); i > 0 && limit != 0; --i) {
    session& last = *sessions_[i - 1];
    if (!last.is_open()) continue;
    if (!core_->ids.close_one_above(limit)) return;
    last.count_out();
    core_->counts.connections_exceeded.add();
    last.close_with(connections_exceeded, "maximum connections exceeded",
                    close_reason::maximum_connections_exceeded, now);
  }
}

void broker::tell_some(instant now) {
  to_tell_ = std::min(to_tell_, sessions_.size());  // see places()
  for (std::size_t i = 0; i < told_per_turn && to_tell_ > 0; ++i)
    sessions_[--to_tell_]->tell_info(now);
}

void broker::leave(duration grace, duration length, instant now) {
  leaving_.emplace(static_cast<client_closer&>(*this), core_->timers, core_->choices);
  leaving_->begin(grace, length, now);
}

std::size_t broker::close_some(std::size_t count, instant now) {
  for (std::size_t i = sessions_.size(); i > 0 && count > 0; --i) {
    if (!sessions_[i - 1]->is_open()) continue;
    sessions_[i - 1]->close(close_reason::server_shutdown, now);
    --count;
  }
  return core_->open;
}

void broker::shutdown(instant now) {
  leaving_.reset();
  core_->is_shut_down = true;
  for (const auto& open : sessions_) open->close(close_reason::server_shutdown, now);
}

void broker::judge_logins_at(login_desk& desk) noexcept {
  core_->logins.judged_at(desk);
}

void broker::kick(std::uint64_t client, instant now) {
  session* const found = core_->find_session(client);
  if (found != nullptr) found->close(close_reason::kicked, now);
}

void broker::keep_closed(closed_sink& sink) noexcept {
  core_->closed = &sink;
}

std::size_t broker::places() const noexcept {
  return sessions_.size();
}

std::optional<session_summary> broker::summary(std::size_t place) const noexcept {
  if (place >= sessions_.size() || !sessions_[place]->is_open()) return std::nullopt;
  return sessions_[place]->summary();
}

bool broker::walk_some(subscription_walk& walk, std::size_t slots, subscription_sink& sink) const {
  constexpr std::size_t slots_per_session = 8;  // even one without subscriptions costs something
  while (slots >= slots_per_session) {
    // Sessions may have gone since the last step; see places().
    walk.place = std::min(walk.place, sessions_.size());
    if (walk.place == 0) return true;
    const session& next = *sessions_[walk.place - 1];
    const std::size_t before = walk.client == 0 ? 0 : walk.cursor;
    if (!next.is_open() || next.list_some(walk, slots, sink)) --walk.place;
    const std::size_t done = walk.client == 0 ? slots_per_session : walk.cursor - before;
    slots -= std::min(slots, std::max(done, slots_per_session));
  }
  return false;
}

bool broker::walk_some(cache_walk& walk, std::size_t slots) const noexcept {
  return core_->interest.cache().walk_some(walk, slots);
}

handed_over& broker::given() noexcept {
  return core_->given;
}

stream::path_facts broker::facts(std::size_t place) const noexcept {
  return sessions_[place]->facts();
}

std::size_t broker::open_sessions() const noexcept {
  return core_->open;
}

const counters& broker::counts() const noexcept {
  return core_->counts;
}

std::size_t broker::sessions() const noexcept {
  return core_->connected;
}

std::size_t broker::subscriptions() const noexcept {
  return core_->interest.table().size();
}

}  // namespace wirebird::broker
