#include "tests/broker/workers_simulation.hh"

#include "dataplane/crossing/records.hh"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace wirebird::broker {

namespace {

constexpr std::size_t people_per_worker = 3;
/// Records that a lane holds which drops the rest.
constexpr std::size_t full_at = 4;

std::string subject_from(random& choices, bool may_be_wild) {
  static constexpr std::array<const char*, 3> words{"a", "b", "c"};
  std::string subject = words[choices.below(words.size())];
  for (std::uint64_t more = choices.below(3); more > 0; --more) {
    subject += '.';
    if (may_be_wild && choices.chance(1, 4))
      subject += more == 1 && choices.chance(1, 2) ? ">" : "*";
    else
      subject += words[choices.below(words.size())];
  }
  return subject;
}

bool is_interest(byte_view record) {
  return crossing::kind_of(record) == crossing::record_kind::interest;
}

}  // namespace

workers_simulation::workers_simulation(const simulation_options& how)
    : how_(how), choices_(how.seed), producers_(how.workers, how.lane_bytes) {
  if (how.broken != sabotage::none)
    readers_ = std::make_unique<crossing::mesh>(how.workers, how.lane_bytes);
  for (unsigned worker = 0; worker < how.workers; ++worker) {
    world_options given;
    given.seed = how.seed * 100 + worker;
    given.arena_bytes = std::size_t{16} * 1024 * 1024;
    given.rules.fanout_budget = how.fanout_budget;
    given.place = place_of(worker);
    worlds_.push_back(std::make_unique<world>(given));
    stalled_.push_back(0);
    for (std::size_t i = 0; i < people_per_worker; ++i) {
      const bool echo = people_.empty() || !choices_.chance(1, 6);
      client joined = worlds_.back()->connect();
      person one;
      one.on = &joined.on_wire();
      one.worker = worker;
      one.echo = echo;
      one.on->send(std::string(R"(CONNECT {"verbose":false,"pedantic":false,"headers":true,)") +
                   R"("no_responders":true,"protocol":1,"echo":)" + (echo ? "true" : "false") +
                   "}\r\n");
      people_.push_back(std::move(one));
    }
  }
  settle();
}

workers_simulation::~workers_simulation() {
  for (const auto& each : worlds_) {
    for (const auto& wire : each->wires) wire->stalled = false;
    each->broker_->shutdown(each->now);
  }
  std::fill(stalled_.begin(), stalled_.end(), 0);
  const auto is_over = [](const auto& each) {
    return each->broker_->sessions() == 0 && !each->broker_->has_work() &&
           each->broker_->is_settled();
  };
  for (int i = 0; i < 2000 && !std::all_of(worlds_.begin(), worlds_.end(), is_over); ++i) {
    carry_lanes();
    for (const auto& each : worlds_) {
      for (const auto& wire : each->wires) wire->drain();
      each->step();
    }
  }
  for (const auto& each : worlds_) {
    EXPECT_TRUE(each->broker_->is_settled());
  }
}

crossing::station workers_simulation::place_of(unsigned worker) {
  crossing::station place = producers_.station_of(worker);
  if (readers_ != nullptr) {
    const crossing::station reading = readers_->station_of(worker);
    for (std::size_t i = 0; i < place.others.size(); ++i) place.others[i].in = reading.others[i].in;
  }
  return place;
}

void workers_simulation::fail(const std::string& what) {
  if (found_.empty()) found_ = what;
}

std::uint64_t workers_simulation::sum(counter counters::*which) const {
  std::uint64_t total = 0;
  for (const auto& each : worlds_) total += (each->counts().*which).value();
  return total;
}

void workers_simulation::subscribe(std::size_t who) {
  person& one = people_[who];
  const std::string sid = std::to_string(one.next_sid++);
  subscription_record made;
  made.subject = subject_from(choices_, true);
  if (choices_.chance(1, 3)) made.queue = choices_.chance(1, 2) ? "g" : "h";
  made.sent = ++events_;
  one.on->send("SUB " + made.subject + " " + made.queue + " " + sid + "\r\n");
  one.by_sid.emplace(sid, std::move(made));
  one.fresh.push_back(sid);
  if (choices_.chance(1, 2)) ping(who);
}

void workers_simulation::unsubscribe(std::size_t who) {
  person& one = people_[who];
  std::vector<std::string> live;
  for (const auto& [sid, record] : one.by_sid)
    if (record.gone == never_ && !record.subject.starts_with("inbox.")) live.push_back(sid);
  if (live.empty()) return;
  const std::string& sid = live[choices_.below(live.size())];
  one.by_sid[sid].gone = ++events_;
  one.on->send("UNSUB " + sid + "\r\n");
}

void workers_simulation::publish(std::size_t who, const std::string& subject,
                                 const std::string& reply) {
  person& one = people_[who];
  const std::uint64_t number = next_message_++;
  std::string body = std::to_string(who) + " " + std::to_string(number) + " ";
  if (choices_.chance(1, 8)) body.append(choices_.below(how_.payload_bytes_max), 'x');
  messages_[number] = {who, ++events_, subject, 0, {}};
  one.on->send("PUB " + subject + " " + reply + " " + std::to_string(body.size()) + "\r\n" + body +
               "\r\n");
}

void workers_simulation::request(std::size_t who) {
  person& one = people_[who];
  const std::string inbox = "inbox." + std::to_string(next_inbox_++);
  const std::string sid = std::to_string(one.next_sid++);
  subscription_record made;
  made.subject = inbox;
  made.sent = ++events_;
  one.by_sid.emplace(sid, std::move(made));
  one.on->send("SUB " + inbox + " " + sid + "\r\n");
  if (choices_.chance(1, 4)) {
    one.void_requests[inbox] = false;
    publish(who, "void.x", inbox);
  } else if (choices_.chance(1, 2)) {
    one.maybe_requests[inbox] = {next_message_, 0};
    publish(who, "maybe", inbox);
  } else {
    one.requests[inbox] = false;
    publish(who, "service", inbox);
  }
}

/// Those on the last two workers want "maybe", and do not.
void workers_simulation::come_or_go() {
  const std::size_t workers = std::min(how_.workers, 2U);
  const std::size_t who = people_.size() - 1 - choices_.below(workers * people_per_worker);
  person& one = people_[who];
  for (auto& [sid, record] : one.by_sid) {
    if (record.subject != "maybe" || record.gone != never_) continue;
    record.gone = ++events_;
    one.on->send("UNSUB " + sid + "\r\n");
    return;
  }
  const std::string sid = std::to_string(one.next_sid++);
  subscription_record made;
  made.subject = "maybe";
  made.sent = ++events_;
  one.by_sid.emplace(sid, std::move(made));
  one.on->send("SUB maybe " + sid + "\r\n");
}

void workers_simulation::ping(std::size_t who) {
  person& one = people_[who];
  one.pings.push_back(std::move(one.fresh));
  one.fresh.clear();
  one.on->send("PING\r\n");
}

void workers_simulation::act() {
  const std::size_t who = choices_.below(people_.size());
  switch (choices_.below(12)) {
    case 0: subscribe(who); break;
    case 1: unsubscribe(who); break;
    case 2: ping(who); break;
    case 3: request(who); break;
    case 11: come_or_go(); break;
    case 4:
      stalled_[choices_.below(stalled_.size())] = static_cast<int>(choices_.below(100));
      break;
    default: publish(who, subject_from(choices_, false), ""); break;
  }
}

void workers_simulation::carry(std::deque<std::vector<std::uint8_t>>& held, crossing::lane& from,
                               crossing::lane& to) {
  while (!from.ring.front().empty()) {
    const byte_view record = from.ring.front();
    const bool is_message = crossing::kind_of(record) == crossing::record_kind::message;
    auto place = held.end();
    if (how_.broken == sabotage::overtaking && is_message)
      place = std::find_if(held.begin(), held.end(), is_interest);
    if (how_.broken == sabotage::passing && is_message && !held.empty() && choices_.chance(1, 20))
      place = std::prev(held.end());
    const bool is_lost = how_.broken == sabotage::dropping && is_message && held.size() > full_at;
    if (!is_lost) held.emplace(place, record.begin(), record.end());
    if (how_.broken == sabotage::repeated_records && is_message && choices_.chance(1, 50))
      held.push_back(held.back());
    from.ring.pop();
    from.ring.acknowledge();
  }
  while (!held.empty() && (how_.broken == sabotage::repeated_records || choices_.chance(1, 2))) {
    const mutable_bytes room = to.ring.reserve(held.front().size());
    if (room.empty()) return;
    std::memcpy(room.data(), held.front().data(), held.front().size());
    to.ring.commit();
    to.ring.publish();
    held.pop_front();
  }
}

void workers_simulation::carry_lanes() {
  if (readers_ == nullptr) return;
  for (unsigned from = 0; from < how_.workers; ++from) {
    const crossing::station writing = producers_.station_of(from);
    for (const crossing::neighbour& to : writing.others)
      for (const crossing::neighbour& reading : readers_->station_of(to.worker).others)
        if (reading.worker == from) carry(held_[{from, to.worker}], *to.out, *reading.in);
  }
}

void workers_simulation::step_workers() {
  carry_lanes();
  std::vector<world*> running;
  for (unsigned worker = 0; worker < how_.workers; ++worker) {
    if (stalled_[worker] > 0)
      --stalled_[worker];
    else if (choices_.chance(3, 4))
      running.push_back(worlds_[worker].get());
  }
  if (choices_.chance(1, 2)) {
    for (world* const each : running) each->step();
    return;
  }
  // At the same time: what one does now the others have not heard of.
  for (world* const each : running) each->begin_step();
  if (choices_.chance(1, 2)) std::reverse(running.begin(), running.end());
  for (world* const each : running) each->end_step();
}

void workers_simulation::settle() {
  std::fill(stalled_.begin(), stalled_.end(), 0);
  for (int quiet = 0, i = 0; quiet < 30 && i < 20'000; ++i) {
    carry_lanes();
    for (const auto& each : worlds_) each->step();
    const std::uint64_t before = events_;
    read_all();
    bool busy = events_ != before;
    for (const auto& each : worlds_) {
      busy = busy || each->broker_->has_work() || each->broker_->has_news();
      for (const auto& wire : each->wires) busy = busy || wire->is_due();
    }
    for (const auto& [pair, held] : held_) busy = busy || !held.empty();
    quiet = busy ? 0 : quiet + 1;
  }
}

verdict workers_simulation::run(int rounds) {
  // One who answers requests stays for the whole run.
  std::size_t chosen = choices_.below(people_.size());
  while (!people_[chosen].echo) chosen = (chosen + 1) % people_.size();  // it answers itself too
  person& responder = people_[chosen];
  responder.on->send("SUB service responder\r\nPING\r\n");
  responder.pings.emplace_back();
  settle();
  for (int phase = 0; phase < 3 && found_.empty(); ++phase) {
    for (int i = 0; i < rounds; ++i) {
      for (std::uint64_t acts = choices_.below(6); acts > 0; --acts) act();
      step_workers();
      read_all();
    }
    settle();
    judge();
    end_phase();
  }
  return found_;
}

}  // namespace wirebird::broker
