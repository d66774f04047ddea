#include "tests/tcp/world.hh"

#include "dataplane/base/checksum.hh"
#include "dataplane/tcp/segment_checksum.hh"

#include <algorithm>

namespace wirebird::tcp {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t port = 4222;
constexpr std::uint16_t first_local_port = 40000;
constexpr duration faults_last = 10s;
/// After the faults everything must be over by now: the longest back-off (60 s) twice, a peer that
/// is found dead (165 s), the rest.
constexpr duration time_allowed = 500s;

endpoint address_of(unsigned side) {
  return {ip_address::from_v4(side == 0 ? 0x0a000001 : 0x0a000002), port};
}

sim::faults some_faults(random& dice) {
  sim::faults how;
  how.loss = static_cast<unsigned>(dice.below(4) == 0 ? 0 : dice.below(100));
  how.duplication = static_cast<unsigned>(dice.below(50));
  how.reordering = static_cast<unsigned>(dice.below(200));
  how.bit_flips = static_cast<unsigned>(dice.below(30));
  how.delay = std::chrono::microseconds(10 + dice.below(2000));
  how.jitter = std::chrono::microseconds(dice.below(200));
  how.held_back = std::chrono::microseconds(dice.below(20000));
  how.in_flight_max = 20 + dice.below(500);
  return how;
}

options some_options(random& dice) {
  options settings;
  settings.receive_buffer_bytes = static_cast<std::uint32_t>(4096 << dice.below(7));
  settings.time_wait = 30s;  // longer than any back-off here lasts
  settings.rto_min = std::chrono::milliseconds(dice.chance(1, 2) ? 200 : 20);
  settings.half_open_max = dice.chance(1, 4) ? 0 : 4096;
  if (dice.chance(1, 4)) settings.keepalive_idle = 1s;
  return settings;
}

}  // namespace

world::world(std::uint64_t seed, sabotage how, simulation_totals& totals)
    : dice_(seed),
      how_(how),
      totals_(totals),
      cable_(seed + 1, some_faults(dice_)),
      settings_(some_options(dice_)),
      attacker_(seed + 2) {
  for (unsigned side = 0; side < 2; ++side) {
    cable_.side(side).set_mtu(static_cast<std::uint32_t>(dice_.chance(1, 2) ? 1500 : 576));
    make_host(side);
  }
  cable_.set_gate([this](unsigned from, const datagram& packet, instant now) {
    return gate(from, packet, now);
  });
  hostile_ = dice_.chance(1, 2) || how == sabotage::exact_resets;
  rounds_left_ = static_cast<unsigned>(dice_.below(3));
  // A restart explains nearly everything, so sabotage goes without.
  restarts_left_ = dice_.chance(1, 4) && how == sabotage::none ? 1 : 0;
  pairs_ = 1 + dice_.below(4);
  for (std::size_t& each : lengths_) each = 1 + dice_.below(dice_.chance(1, 3) ? 200000 : 3000);
}

void world::make_host(unsigned side) {
  hosts_[side] = std::make_unique<host>(clock_, cable_.side(side), settings_, dice_.next(),
                                        300 + dice_.below(1000));
  if (side == 0) return;
  hosts_[1]->accepts = [this](const endpoint& remote) { return answer(remote); };
  if (!hosts_[1]->tcp->listen({ip_address{}, port}, *hosts_[1])) note("cannot listen");
}

// All pairs say the same, so it does not matter which talker a connection meets.
std::unique_ptr<talker> world::answer(const endpoint& remote) {
  auto made = std::make_unique<talker>(dice_.next(), lengths_[1], lengths_[0], 1U);
  if (broken_.count(remote.port) != 0) made->may_break();
  return made;
}

void world::connect(std::uint16_t local_port) {
  endpoint from = address_of(0);
  from.port = local_port;
  // The SYN leaves at once, and is to be seen.
  const auto before = rules_.find(local_port);
  const sim::segment_rules kept = before != rules_.end() ? before->second : sim::segment_rules({});
  rules_.insert_or_assign(local_port, sim::segment_rules({from, address_of(1)}));
  auto mine = std::make_unique<talker>(dice_.next(), lengths_[0], lengths_[1], 0U);
  stream::connection* opened = hosts_[0]->tcp->connect(from, address_of(1), *mine, clock_.now());
  if (opened == nullptr) {  // still in TIME_WAIT here
    rules_.insert_or_assign(local_port, kept);
    return;
  }
  mine->attach(*opened);
  hosts_[0]->talkers.push_back(std::move(mine));
}

void world::connect_all() {
  for (std::size_t i = 0; i < pairs_; ++i)
    connect(static_cast<std::uint16_t>(first_local_port + i));
}

std::string world::play() {
  connect_all();
  const instant faults_end =
      clock_.now() + (how_ == sabotage::endless_loss ? duration(5ms) : faults_last);
  const instant deadline = faults_end + time_allowed;
  while (clock_.now() < deadline && wrong_.empty()) {
    if (is_over(rounds_left_ > 0)) {
      if (rounds_left_ == 0) break;
      --rounds_left_;
      connect_all();
    }
    if (faulty_ && clock_.now() >= faults_end) {
      faulty_ = false;
      sim::faults after;
      if (how_ == sabotage::endless_loss) after.loss = 1000;
      cable_.set_faults(after);
      path_mtu_ = 1500;
    }
    if (faulty_) trouble();
    step();
  }
  add_totals();
  return verdict();
}

void world::step() {
  const instant now = clock_.now();
  for (unsigned side = 0; side < 2; ++side) {
    host& at = *hosts_[side];
    cable_.deliver(side, at.frames, now,
                   [&](datagram&& packet) { at.tcp->on_datagram(std::move(packet), now); });
    at.iterate(now);
    for (const auto& each : at.talkers) note(each->wrong());
  }
  while (!errors_.empty() && errors_.begin()->first <= now) {
    const auto [side, error] = errors_.begin()->second;
    errors_.erase(errors_.begin());
    hosts_[side]->tcp->on_path_error(error, now);
  }
  instant next = std::min(cable_.next_arrival(), now + pause_of_talkers());
  if (!errors_.empty()) next = std::min(next, errors_.begin()->first);
  for (const auto& each : hosts_) {
    next = std::min(next, each->wheel.next_deadline());
    if (each->tcp->has_work()) next = now;
  }
  clock_.advance_to(std::max(next, now + 1us));
}

void world::trouble() {
  if (hostile_ && dice_.chance(1, 5)) attack();
  if (dice_.chance(1, 300)) {
    constexpr std::uint32_t sizes[] = {1500, 1500, 1400, 1280, 1006, 576};
    path_mtu_ = sizes[dice_.below(std::size(sizes))];
    tells_mtu_ = path_mtu_ < 1280 || dice_.chance(2, 3);
  }
  if (restarts_left_ > 0 && dice_.chance(1, 500)) {
    --restarts_left_;
    restart(static_cast<unsigned>(dice_.below(2)));
  }
}

// Everything in the memory of one host is gone; the other one does not know yet.
void world::restart(unsigned side) {
  ++totals_.restarts;
  for (const auto& each : hosts_[1 - side]->talkers)
    if (!each->has_ended()) each->may_break();
  cable_.cut();
  hosts_[side]->talkers.clear();
  hosts_[side]->tcp.reset();
  note(hosts_[side]->frames.in_use() == 0 ? "" : "a stack that ended kept frames");
  make_host(side);
  for (auto& [local_port, rules] : rules_) rules = sim::segment_rules(rules.tuple());
  if (side == 0) return connect_all();  // from ports that the other end takes for connected
  // What host 0 has open goes on against a host that knows nothing of it.
  for (const auto& [local_port, rules] : rules_) broken_.insert(local_port);
  for (std::size_t i = 0; i < pairs_; ++i)
    connect(static_cast<std::uint16_t>(first_local_port + 100 + i));
}

void world::attack() {
  auto chosen = rules_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.below(rules_.size())));
  const sim::segment_rules& rules = chosen->second;
  const auto victim = static_cast<unsigned>(dice_.below(2));
  // Until both SYNs are known, anybody who guesses a port can be the peer.
  if (!rules.said_by(0).acked || !rules.said_by(1).acked) return;
  // Nothing that answers for this connection any more can be harmed by what TCP must believe.
  const bool alive = std::any_of(
      hosts_[victim]->talkers.begin(), hosts_[victim]->talkers.end(), [&](const auto& each) {
        if (each->below() == nullptr) return false;
        const endpoint& far = victim == 0 ? each->below()->local() : each->below()->remote();
        return far.port == chosen->first;
      });
  if (!alive) return;
  ++totals_.forged;
  const sim::parcel forged = attacker_.forge(rules, victim, how_ == sabotage::exact_resets);
  frame packet = hosts_[victim]->frames.take();
  if (!packet) return;
  // Straight in: on the cable it would grow old, and a number beside the mark could become the
  // mark.
  const auto size = static_cast<std::uint32_t>(forged.bytes.size());
  std::copy(forged.bytes.begin(), forged.bytes.end(), packet.append(size).begin());
  hosts_[victim]->tcp->on_datagram(
      {forged.source, forged.destination, forged.protocol, std::move(packet)}, clock_.now());
  // An error about a number that is not in flight.
  const auto& target = rules.said_by(victim);
  path_error error{
      path_error::kind::too_big, rules.tuple().local, rules.tuple().remote,
      target.sent_end.value + 1000000 + static_cast<std::uint32_t>(dice_.below(1U << 30)), 68};
  if (victim == 1) std::swap(error.local, error.remote);
  if (dice_.chance(1, 2)) error.what = path_error::kind::refused;
  errors_.emplace(clock_.now(), std::pair(victim, error));
}

bool world::gate(unsigned from, const datagram& packet, instant now) {
  ++totals_.segments;
  if (how_ != sabotage::none) tamper(from, const_cast<datagram&>(packet));
  const auto what = parse(packet.payload.bytes());
  const std::uint16_t key =
      what ? (from == 0 ? what->source_port : what->destination_port) : std::uint16_t{0};
  if (const auto rules = rules_.find(key); rules != rules_.end())
    note(rules->second.see(from, packet));
  return !is_too_big(from, packet, now);
}

bool world::is_too_big(unsigned from, const datagram& packet, instant now) {
  constexpr std::uint32_t ip_header = 20;
  if (packet.payload.size() + ip_header <= path_mtu_) return false;
  ++totals_.too_big;
  const auto what = parse(packet.payload.bytes());
  if (tells_mtu_ && what && dice_.chance(4, 5)) {
    const std::uint32_t said = dice_.chance(1, 5) ? 0 : path_mtu_;
    errors_.emplace(now + 100us,
                    std::pair(from, path_error{path_error::kind::too_big,
                                               {packet.source, what->source_port},
                                               {packet.destination, what->destination_port},
                                               what->seq.value,
                                               said}));
  }
  return true;
}

// Late enough for a connection to be under way.
void world::tamper(unsigned from, datagram& packet) {
  const auto what = parse(packet.payload.bytes());
  if (sabotaged_ || from != 0 || !what || totals_.segments % 8 != 7 || what->has(flag::syn)) return;
  std::uint8_t* at = packet.payload.writable().data();
  switch (how_) {
    case sabotage::wrong_byte:
      if (what->payload_bytes == 0) return;
      at[what->header_bytes] ^= 1;
      break;
    case sabotage::shrunk_window:
      if (what->window == 0) return;
      store_be16(at + 14, 0);
      break;
    case sabotage::ack_too_far: store_be32(at + 8, what->ack.value + 5000); break;
    case sabotage::kept_frame: kept_ = hosts_[0]->frames.take(); break;
    default: return;
  }
  sabotaged_ = true;
  store_be16(at + 16, 0);
  fill_checksum(packet, false);
}

void world::note(const std::string& wrong) {
  if (wrong_.empty()) wrong_ = wrong;
}

/// The applications act often while something is to be done, then only timers and wire count.
duration world::pause_of_talkers() {
  bool all_ended = true;
  for (const auto& each : hosts_)
    for (const auto& one : each->talkers) all_ended = all_ended && one->has_ended();
  return all_ended ? duration(10s) : duration(std::chrono::microseconds(100 + dice_.below(3000)));
}

bool world::is_over(bool for_this_round) const {
  for (const auto& each : hosts_) {
    if (each->tcp->connections() != 0) return false;
    // The next round comes from the same ports, while the other end may be in TIME_WAIT.
    if (!for_this_round && each->tcp->time_waits() != 0) return false;
    for (const auto& one : each->talkers)
      if (!one->has_ended()) return false;
  }
  return cable_.next_arrival() == never && errors_.empty();
}

std::string world::verdict() {
  if (!wrong_.empty()) return wrong_;
  for (const auto& each : hosts_)
    for (const auto& one : each->talkers)
      if (const std::string what = one->verdict(); !what.empty()) return what;
  for (const auto& each : hosts_)
    if (const std::string what = each->leftovers(); !what.empty()) return what;
  return "";
}

void world::add_totals() {
  totals_.simulated_seconds += static_cast<std::uint64_t>(clock_.since_start() / 1s);
  for (const auto& each : hosts_) {
    const counters& counts = each->tcp->counts();
    totals_.timeouts += counts.timeouts.value();
    totals_.fast_retransmits += counts.fast_retransmits.value();
    totals_.challenges += counts.challenge_acks.value();
    totals_.paws += counts.paws_dropped.value();
    totals_.cookies += counts.cookies_accepted.value();
    totals_.path_mtu_lowered += counts.path_mtu_lowered.value();
    totals_.time_wait_reused += counts.time_wait_reused.value();
  }
}

}  // namespace wirebird::tcp
