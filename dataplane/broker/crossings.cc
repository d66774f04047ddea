#include "dataplane/broker/crossings.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <cstring>

namespace wirebird::broker {

namespace {

constexpr std::uint64_t bit(unsigned worker) noexcept {
  return std::uint64_t{1} << worker;
}

}  // namespace

crossings::crossings(core& shared, const crossing::station& place)
    : core_(shared), self_(place.self), links_(place.others.size()) {
  for (std::size_t i = 0; i < links_.size(); ++i) links_[i].to = place.others[i];
}

crossings::link* crossings::link_to(unsigned worker) noexcept {
  for (link& each : links_)
    if (each.to.worker == worker) return &each;
  return nullptr;
}

void crossings::on_interest(std::string_view subject, std::string_view queue, std::uint32_t members,
                            bool choosy) {
  ++changes_;
  for (link& each : links_) push_interest(each, {subject, queue, members, choosy});
}

void crossings::push_interest(link& to, const crossing::interest& what) {
  const std::size_t size = crossing::size_of(what);
  if (to.backlog.empty()) {
    if (const mutable_bytes room = to.to.out->ring.reserve(size); !room.empty()) {
      crossing::write(room, what);
      commit(to);
      return;
    }
    ++backed_up_;
    core_.counts.lanes_full.add();
  }
  std::string kept(size, '\0');
  crossing::write({reinterpret_cast<std::uint8_t*>(kept.data()), kept.size()}, what);
  to.backlog.push_back(std::move(kept));
}

void crossings::push_backlog(link& to) {
  if (to.backlog.empty()) return;
  while (!to.backlog.empty()) {
    const std::string& oldest = to.backlog.front();
    const mutable_bytes room = to.to.out->ring.reserve(oldest.size());
    if (room.empty()) {
      wait_for(to);
      return;
    }
    std::memcpy(room.data(), oldest.data(), oldest.size());
    commit(to);
    to.backlog.pop_front();
  }
  --backed_up_;
}

void crossings::commit(link& to) noexcept {
  crossing::byte_ring& ring = to.to.out->ring;
  ring.commit();
  touched_ |= bit(to.to.worker);
  if (ring.produced() - to.published >= published_early_bytes) publish(to);
}

void crossings::publish(link& to) noexcept {
  to.to.out->ring.publish();
  to.published = to.to.out->ring.produced();
}

void crossings::wait_for(link& to) noexcept {
  to.waits = true;
  to.consumed_seen = to.to.out->ring.consumed();
  to.to.out->wait_for_consumer();
}

void crossings::wait_for_lanes(session& waiting) {
  core_.counts.sessions_paused_for_lanes.add();
  for_lanes_.push_back(waiting);
}

void crossings::wait_until_known(session& waiting) {
  for_barrier_.push_back(waiting);
  if (marked_ == known_) mark();
}

void crossings::forget(session& gone) noexcept {
  static_cast<list_hook<crossing_tag>&>(gone).unlink();
}

/// Everything told up to now has to be taken off the lanes before what comes later counts.
void crossings::mark() noexcept {
  if (backed_up_ > 0) return;  // go_on() tries again
  marked_ = changes_;
  for (link& each : links_) {
    each.barrier = each.to.out->ring.produced();
    wait_for(each);
  }
}

void crossings::check_mark(instant now) {
  if (marked_ == known_) {
    if (!for_barrier_.empty()) mark();
    return;
  }
  for (link& each : links_) {
    if (each.to.out->ring.consumed() >= each.barrier) continue;
    wait_for(each);
    return;
  }
  known_ = marked_;
  intrusive_list<session, crossing_tag> all;
  all.splice_back(for_barrier_);
  while (!all.empty()) {
    session& one = all.pop_front();
    if (!one.on_barrier(now)) for_barrier_.push_back(one);
  }
  if (!for_barrier_.empty()) mark();
}

bool crossings::is_caught_up() const noexcept {
  return std::all_of(links_.begin(), links_.end(), [this](const link& each) {
    const crossing::byte_ring& ring = each.to.in->ring;
    return ring.taken() == ring.arrived() && (stalled_ & bit(each.to.worker)) == 0;
  });
}

void crossings::wait_until_caught_up(session& waiting) {
  if (!for_arrivals_.empty()) {
    for_next_arrivals_.push_back(waiting);
    return;
  }
  for_arrivals_.push_back(waiting);
  mark_arrived();
}

void crossings::mark_arrived() noexcept {
  for (link& each : links_) each.arrived = each.to.in->ring.arrived();
}

void crossings::check_arrived(instant now) {
  if (for_arrivals_.empty()) {
    // Those of the present mark may all have been closed.
    if (for_next_arrivals_.empty()) return;
    for_arrivals_.splice_back(for_next_arrivals_);
    mark_arrived();
  }
  for (const link& each : links_) {
    // Of a lane that stands still the last record taken is not delivered yet.
    const bool stands = (stalled_ & bit(each.to.worker)) != 0;
    const std::uint64_t taken = each.to.in->ring.taken();
    if (taken < each.arrived || (stands && taken == each.arrived)) return;
  }
  intrusive_list<session, crossing_tag> all;
  all.splice_back(for_arrivals_);
  for_arrivals_.splice_back(for_next_arrivals_);
  mark_arrived();
  while (!all.empty()) all.pop_front().on_caught_up(now);
}

void crossings::go_on(instant now) {
  if (alone()) return;
  check_arrived(now);
  for (link& each : links_) {
    each.waits = false;
    push_backlog(each);
    const std::uint64_t consumed = each.to.out->ring.consumed();
    while (!each.kept.empty() && each.kept.front().position <= consumed) {
      each.kept_bytes -= each.kept.front().bytes;
      each.kept.pop_front();
    }
  }
  if (backed_up_ == 0) {
    intrusive_list<session, crossing_tag> all;
    all.splice_back(for_lanes_);
    while (!all.empty()) all.pop_front().on_lanes_free(now);
  }
  check_mark(now);
}

void crossings::hand_over() noexcept {
  if ((touched_ | taken_) == 0) return;
  for (link& each : links_)
    if ((touched_ & bit(each.to.worker)) != 0) publish(each);
  // Only now: what came of a record is on its way before the record is acknowledged.
  for (link& each : links_) {
    if ((taken_ & ~stalled_ & bit(each.to.worker)) == 0) continue;
    each.to.in->ring.acknowledge();
    if (each.to.in->producer_waits()) each.to.wakes->ring();
  }
  taken_ &= stalled_;
}

void crossings::ring_bells() noexcept {
  hand_over();
  if (touched_ == 0) return;
  for (link& each : links_)
    if ((touched_ & bit(each.to.worker)) != 0) each.to.wakes->ring();
  touched_ = 0;
}

bool crossings::has_news() noexcept {
  for (link& each : links_) {
    if (!each.to.in->ring.front().empty()) return true;
    if (each.waits && each.to.out->ring.consumed() != each.consumed_seen) return true;
  }
  return false;
}

bool crossings::is_settled() const noexcept {
  return std::all_of(links_.begin(), links_.end(), [](const link& each) {
    return each.kept.empty() && each.backlog.empty() &&
           each.to.out->ring.consumed() == each.to.out->ring.produced();
  });
}

}  // namespace wirebird::broker
