#include "dataplane/sockets/transport.hh"

#include "dataplane/sockets/limits.hh"
#include "dataplane/sockets/socket_address.hh"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <unistd.h>

namespace wirebird::sockets {

namespace {
constexpr std::uint32_t no_slot = std::numeric_limits<std::uint32_t>::max();
/// Edge-triggered, so this is all that epoll is ever told about a connection: what was reported and
/// not yet used up is remembered in the connection, and pausing costs nothing.
constexpr std::uint32_t connection_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
}  // namespace

transport::transport(const options& wanted, arena& memory, timer_wheel& timers)
    : connections_max_(std::min<std::size_t>(wanted.connections_max, no_slot)),
      host_(memory, timers),
      first_free_(no_slot) {
  places_.reserve(connections_max_);
}

transport::~transport() = default;

listen_result transport::listen(const endpoint& local, stream::acceptor& user, precedence which) {
  const open_result opened = open_listener(local);
  if (opened.error != 0) return {0, opened.error};
  return {opened.port, adopt_listener(opened.descriptor, user, which)};
}

// Tokens: generation 0 belongs to the bell (slot 0) and the listeners (from slot 1).
int transport::adopt_listener(int descriptor, stream::acceptor& user, precedence which) {
  return add_listener(listener::kind::listening_socket, which, descriptor, user);
}

int transport::share(spread& others, std::size_t self, stream::acceptor& user) {
  others_ = &others;
  self_ = self;
  return add_listener(listener::kind::inbox, precedence::first, others.inbox(self), user);
}

int transport::add_listener(listener::kind kind, precedence which, int descriptor,
                            stream::acceptor& user) {
  auto fresh = std::make_unique<listener>(kind, which, descriptor, listeners_.size() + 1, user,
                                          poller_, host_.timers, host_.counts);
  const int error = fresh->start();
  if (error == 0) listeners_.push_back(std::move(fresh));
  return error;
}

void transport::stop_listening() noexcept {
  listeners_.clear();
}

/// Its place stays, so that an event which was collected for it finds nobody.
void transport::stop_listening(const stream::acceptor& user) noexcept {
  for (auto& each : listeners_)
    if (each && !each->is_inbox() && &each->user() == &user) each.reset();
}

void transport::wait(duration longest) noexcept {
  if (has_work() || std::exchange(woken_, false)) return;
  poller_.collect(longest);
}

void transport::poll(instant now) {
  // A ring that ended a wait() has done its work; one that is found here must end the next.
  const bool waited = !poller_.events().empty();
  if (!waited) poller_.collect(duration::zero());
  for (const epoll_event& event : poller_.events()) {
    if (event.data.u64 == poller::bell_token)
      woken_ = woken_ || !waited;
    else
      dispatch(event, now);
  }
  poller_.clear();
  for (waiting_line& each : host_.lines) take_turns(each, now);
  host_.block.release();
}

void transport::dispatch(const epoll_event& event, instant now) {
  const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
  const auto slot = static_cast<std::uint32_t>(event.data.u64);
  if (generation == 0) {
    if (slot <= listeners_.size() && listeners_[slot - 1]) accept_from(*listeners_[slot - 1], now);
    return;
  }
  place& at = places_[slot];
  if (at.generation == generation && at.occupant) at.occupant->on_ready(event.events);
}

void transport::accept_from(listener& from, instant now) {
  const std::size_t most = host_.line_of(from.connections()).bounds.accepts;
  for (std::size_t i = 0; i < most; ++i) {
    const accepted_socket socket = from.accept(now);
    if (socket.descriptor < 0) return;
    if (!is_for_another(from, socket)) admit(from, socket, now);
  }
}

// Only connections of a kind that has an inbox are dealt out: others are this worker's alone.
bool transport::is_for_another(const listener& from, const accepted_socket& socket) noexcept {
  if (others_ == nullptr || from.is_inbox()) return false;
  const auto own = std::ranges::find(listeners_, &from, &std::unique_ptr<listener>::get);
  const bool is_dealt_out = std::ranges::any_of(listeners_, [&](const auto& each) {
    return each->is_inbox() && &each->user() == &(*own)->user();
  });
  if (!is_dealt_out) return false;
  const std::size_t turn = others_->next();
  if (turn == self_ || !others_->hand_over(turn, socket.descriptor)) return false;
  host_.counts.handed_over.add();
  return true;
}

void transport::admit(listener& from, const accepted_socket& socket, instant now) {
  connection* const fresh = place_connection(from.connections(), socket.descriptor, socket.remote);
  if (fresh == nullptr) return;
  if (stream::handler* user = from.user().on_accepted(*fresh, now); user != nullptr) {
    fresh->set_handler(*user);
    host_.counts.accepted.add();
    ++connections_;
    return;
  }
  host_.counts.refused_by_acceptor.add();
  fresh->reset_socket();
  release(*fresh);
}

stream::connection* transport::adopt_connection(int descriptor, stream::handler& user,
                                                precedence which) {
  connection* const fresh = place_connection(which, descriptor, {});
  if (fresh == nullptr) return nullptr;
  fresh->set_handler(user);
  host_.counts.accepted.add();
  ++connections_;
  return fresh;
}

connection* transport::place_connection(precedence which, int descriptor, const endpoint& remote) {
  if (!make_room()) {
    host_.counts.refused_full.add();
    connection refused(host_, which, descriptor, remote, {}, no_slot);
    refused.reset_socket();
    return nullptr;
  }
  socket_address own;
  const bool named = getsockname(descriptor, own.get(), &own.length) == 0;
  const std::uint32_t slot = free_slot();
  place& at = places_[slot];
  first_free_ = at.next_free;
  ++in_use_;
  at.occupant = std::make_unique<connection>(host_, which, descriptor, remote,
                                             named ? to_endpoint(own) : endpoint{}, slot);
  connection& fresh = *at.occupant;
  if (poller_.watch(descriptor, connection_events, token_of(slot)) == 0) return &fresh;
  host_.counts.register_errors.add();
  fresh.reset_socket();
  release(fresh);
  return nullptr;
}

bool transport::make_room() noexcept {
  if (in_use_ < connections_max_) return true;
  if (lingering_.empty()) return false;
  host_.counts.lingers_cut.add();
  release(lingering_.front());
  return true;
}

std::uint32_t transport::free_slot() {
  if (first_free_ != no_slot) return first_free_;
  const auto slot = static_cast<std::uint32_t>(places_.size());
  places_.emplace_back().next_free = no_slot;
  places_.back().generation = 1;
  return slot;
}

std::uint64_t transport::token_of(std::uint32_t slot) const noexcept {
  return std::uint64_t{places_[slot].generation} << 32 | slot;
}

void transport::take_turns(waiting_line& line, instant now) {
  intrusive_list<connection, due_tag> turn;
  turn.splice_back(line.due);
  std::size_t moved_bytes = 0;
  for (std::size_t i = 0; i < line.bounds.turns && moved_bytes < line.bounds.bytes; ++i) {
    if (turn.empty()) return;
    connection& next = turn.pop_front();
    const connection::outcome outcome = next.take_turn(now, moved_bytes);
    if (outcome == connection::outcome::stays) continue;
    moved_bytes += line.bounds.end_cost_bytes;
    if (outcome == connection::outcome::ended)
      end(next, now);
    else
      release(next);
  }
  // Whoever had no turn stays in front of those that have just had theirs.
  turn.splice_back(line.due);
  line.due.splice_back(turn);
}

void transport::end(connection& ended, instant now) {
  --connections_;
  if (ended.report_end(now))
    lingering_.push_back(ended);
  else
    release(ended);
}

void transport::release(connection& gone) noexcept {
  const std::uint32_t slot = gone.slot();
  place& at = places_[slot];
  at.occupant.reset();
  if (++at.generation == 0) at.generation = 1;
  at.next_free = first_free_;
  first_free_ = slot;
  --in_use_;
  for (auto& each : listeners_)
    if (each && each->is_resting()) each->wake_up();
}

}  // namespace wirebird::sockets
