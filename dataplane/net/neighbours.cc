#include "dataplane/net/neighbours.hh"

#include <tuple>
#include <utility>

namespace wirebird::net {

neighbours::neighbours(neighbour_output& output, timer_wheel& timers, random& random,
                       counters& counts)
    : output_(output),
      timers_(timers),
      counts_(counts),
      multiplier_(random.next() | 1),
      entries_(std::make_unique<neighbour[]>(neighbours_max)),
      waiting_(waiting_frames_max) {
  slots_.fill(none);
  free_.reserve(neighbours_max);
  for (std::size_t i = neighbours_max; i > 0; --i) {
    entries_[i - 1].table = this;
    free_.push_back(static_cast<index>(i - 1));
  }
  for (std::size_t i = 0; i + 1 < waiting_.size(); ++i)
    waiting_[i].next = static_cast<index>(i + 1);
}

// --- the table ---

std::size_t neighbours::slot_of(ipv4_address address) const noexcept {
  return static_cast<std::size_t>((address * multiplier_) >> (64 - slot_bits));
}

neighbours::neighbour* neighbours::lookup(ipv4_address address) noexcept {
  for (std::size_t at = slot_of(address); slots_[at] != none; at = (at + 1) & (slots - 1))
    if (entries_[slots_[at]].address == address) return &entries_[slots_[at]];
  return nullptr;
}

neighbours::neighbour& neighbours::insert(ipv4_address address) noexcept {
  const index place = free_.back();
  free_.pop_back();
  std::size_t at = slot_of(address);
  while (slots_[at] != none) at = (at + 1) & (slots - 1);
  slots_[at] = place;
  neighbour& entry = entries_[place];
  entry.address = address;
  entry.requests = 0;
  entry.used = instant::min();
  return entry;
}

void neighbours::unindex(const neighbour& entry) noexcept {
  const auto place = static_cast<index>(&entry - entries_.get());
  std::size_t hole = slot_of(entry.address);
  while (slots_[hole] != place) hole = (hole + 1) & (slots - 1);
  // Close the gap: an entry further on moves into the hole unless its own run begins behind it.
  for (std::size_t at = (hole + 1) & (slots - 1); slots_[at] != none; at = (at + 1) & (slots - 1)) {
    const std::size_t home = slot_of(entries_[slots_[at]].address);
    if (((at - home) & (slots - 1)) < ((at - hole) & (slots - 1))) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = none;
}

void neighbours::remove(neighbour& entry) noexcept {
  unindex(entry);
  entry.disarm();
  entry.state = state::unused;
  free_.push_back(static_cast<index>(&entry - entries_.get()));
}

neighbours::neighbour& neighbours::least_useful() noexcept {
  // `used` only tells neighbours with an address apart; without one, the least advanced state goes.
  const auto usefulness = [](const neighbour& entry) {
    const bool has_address = entry.state == state::reachable || entry.state == state::probing;
    return std::tuple(has_address ? state::reachable : entry.state, entry.used);
  };
  neighbour* victim = &entries_[hand_];
  // Spread over the table: neighbours that came together lie together.
  constexpr std::size_t stride = neighbours_max / eviction_sample;
  for (std::size_t i = 1; i < eviction_sample; ++i) {
    neighbour& other = entries_[(hand_ + i * stride) % neighbours_max];
    if (usefulness(other) < usefulness(*victim)) victim = &other;
  }
  hand_ = (hand_ + 1) % neighbours_max;
  return *victim;
}

// --- resolution ---

const mac_address* neighbours::find(ipv4_address address, instant now) noexcept {
  neighbour* entry = lookup(address);
  if (entry == nullptr) return nullptr;
  if (entry->state != state::reachable && entry->state != state::probing) return nullptr;
  entry->used = now;
  if (entry->state == state::reachable && now - entry->since >= neighbour_fresh_for) {
    entry->state = state::probing;
    ask(*entry, entry->mac, now);
  }
  return &entry->mac;
}

void neighbours::resolve(ipv4_address address, frame&& packet, instant now) noexcept {
  neighbour* entry = lookup(address);
  const bool held_down = entry != nullptr && entry->state == state::unreachable &&
                         now - entry->since < unreachable_for;
  if (held_down) {
    counts_.waiting_unreachable.add();
    return;
  }
  if (entry == nullptr || entry->state == state::unreachable) {
    if (!resolutions_.allow(now)) {
      counts_.resolutions_rate_limited.add();
      return;
    }
    if (entry == nullptr) {
      if (free_.empty()) evict(least_useful());
      entry = &insert(address);
    }
    entry->state = state::resolving;
    entry->requests = 0;
    ask(*entry, broadcast_mac, now);
  }
  entry->used = now;
  enqueue(*entry, std::move(packet));
}

void neighbours::evict(neighbour& victim) noexcept {
  counts_.neighbours_evicted.add();
  drop_waiting(victim, counts_.waiting_overflowed);
  remove(victim);
}

void neighbours::ask(neighbour& entry, const mac_address& whom, instant now) noexcept {
  ++entry.requests;
  timers_.arm(entry, now + arp_request_interval);
  output_.request(entry.address, whom);
}

void neighbours::on_deadline(neighbour& entry, instant now) noexcept {
  if (entry.requests < arp_requests_max) {
    ask(entry, entry.state == state::probing ? entry.mac : broadcast_mac, now);
    return;
  }
  counts_.neighbours_unreachable.add();
  if (entry.state == state::probing) {
    remove(entry);  // it may have moved: the next packet asks everybody
    return;
  }
  entry.state = state::unreachable;
  entry.since = now;
  drop_waiting(entry, counts_.waiting_unreachable);
}

bool neighbours::update(ipv4_address address, const mac_address& mac, instant now) noexcept {
  neighbour* entry = lookup(address);
  if (entry == nullptr) return false;
  const bool had_address = entry->state == state::reachable || entry->state == state::probing;
  if (!had_address)
    counts_.neighbours_learnt.add();
  else if (entry->mac != mac)
    counts_.neighbours_moved.add();
  confirm(*entry, mac, now);
  return true;
}

void neighbours::learn(ipv4_address address, const mac_address& mac, instant now) noexcept {
  if (free_.empty()) {
    neighbour& victim = least_useful();
    const bool in_use = victim.state != state::unreachable && victim.used != instant::min() &&
                        now - victim.used < neighbour_fresh_for;
    if (in_use) {
      counts_.neighbours_refused.add();
      return;
    }
    evict(victim);
  }
  counts_.neighbours_learnt.add();
  confirm(insert(address), mac, now);
}

void neighbours::confirm(neighbour& entry, const mac_address& mac, instant now) noexcept {
  entry.disarm();
  entry.state = state::reachable;
  entry.requests = 0;
  entry.mac = mac;
  entry.since = now;
  while (entry.waiting > 0) output_.transmit(dequeue(entry), mac);
}

// --- packets that wait ---

void neighbours::enqueue(neighbour& entry, frame&& packet) noexcept {
  if (entry.waiting == waiting_frames_per_neighbour_max) {
    counts_.waiting_overflowed.add();
    const frame oldest = dequeue(entry);
  }
  if (free_waiting_ == none) {
    counts_.waiting_overflowed.add();
    return;
  }
  const index place = free_waiting_;
  free_waiting_ = std::exchange(waiting_[place].next, none);
  waiting_[place].packet = std::move(packet);
  if (entry.waiting == 0)
    entry.first_waiting = place;
  else
    waiting_[entry.last_waiting].next = place;
  entry.last_waiting = place;
  ++entry.waiting;
}

frame neighbours::dequeue(neighbour& entry) noexcept {
  const index place = entry.first_waiting;
  waiting_packet& first = waiting_[place];
  entry.first_waiting = std::exchange(first.next, free_waiting_);
  free_waiting_ = place;
  --entry.waiting;
  return std::move(first.packet);
}

void neighbours::drop_waiting(neighbour& entry, counter& reason) noexcept {
  while (entry.waiting > 0) {
    reason.add();
    const frame dropped = dequeue(entry);
  }
}

}  // namespace wirebird::net
