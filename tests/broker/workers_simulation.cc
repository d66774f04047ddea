#include "tests/broker/workers_simulation.hh"

#include "dataplane/crossing/records.hh"
#include "protocol/subject.hh"

#include <algorithm>
#include <cstring>

namespace wirebird::broker {

namespace {

constexpr std::size_t people_per_worker = 3;

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
  messages_[number] = {who, ++events_, subject, {}};
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
  } else {
    one.requests[inbox] = false;
    publish(who, "service", inbox);
  }
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
    held.emplace(place, record.begin(), record.end());
    if (how_.broken == sabotage::repeated_records && is_message && choices_.chance(1, 50))
      held.push_back(held.back());
    from.ring.pop();
  }
  while (!held.empty() && (how_.broken == sabotage::repeated_records || choices_.chance(1, 2))) {
    const mutable_bytes room = to.ring.reserve(held.front().size());
    if (room.empty()) return;
    std::memcpy(room.data(), held.front().data(), held.front().size());
    to.ring.commit();
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
  for (unsigned worker = 0; worker < how_.workers; ++worker) {
    if (stalled_[worker] > 0) {
      --stalled_[worker];
      continue;
    }
    if (choices_.chance(3, 4)) worlds_[worker]->step();
  }
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

void workers_simulation::read_all() {
  for (std::size_t who = 0; who < people_.size(); ++who) read(who);
}

void workers_simulation::read(std::size_t who) {
  person& one = people_[who];
  one.text += one.on->received;
  one.on->received.clear();
  if (!one.on->is_open()) fail("client " + std::to_string(who) + " was closed: " + one.text);
  while (take_line(who)) {
  }
}

bool workers_simulation::take_line(std::size_t who) {
  person& one = people_[who];
  const auto line_end = one.text.find("\r\n");
  if (line_end == std::string::npos) return false;
  const std::string line = one.text.substr(0, line_end);
  if (!line.starts_with("MSG ") && !line.starts_with("HMSG ")) {
    one.text.erase(0, line_end + 2);
    if (line == "PONG") {
      if (one.pings.empty()) {
        fail("a PONG without PING");
        return true;
      }
      ++events_;
      for (const std::string& sid : one.pings.front()) one.by_sid[sid].visible = events_;
      one.pings.pop_front();
    } else if (line.starts_with("-ERR")) {
      fail(line);
    }
    return true;
  }
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= line.size();) {
    const auto blank = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, blank - at));
    at = blank + 1;
  }
  const std::size_t size = std::stoul(words.back());
  if (one.text.size() < line_end + 2 + size + 2) return false;
  const std::string body = one.text.substr(line_end + 2, size);
  one.text.erase(0, line_end + 2 + size + 2);
  const bool has_headers = words[0] == "HMSG";
  const std::size_t fields = has_headers ? 5 : 4;
  const std::string reply = words.size() > fields ? words[3] : "";
  if (has_headers) {
    const auto asked = one.void_requests.find(words[1]);
    if (asked == one.void_requests.end() || asked->second)
      fail("503 that nobody asked for: " + line);
    else
      asked->second = true;
    return true;
  }
  on_message(who, words[2], reply, body);
  return true;
}

void workers_simulation::on_message(std::size_t who, const std::string& sid,
                                    const std::string& reply, const std::string& body) {
  person& one = people_[who];
  if (sid == "responder") {
    publish(who, reply, "");
    return;
  }
  const std::size_t publisher = std::stoul(body);
  const std::uint64_t number = std::stoull(body.substr(body.find(' ')));
  const auto known = messages_.find(number);
  if (known == messages_.end()) return;  // of an earlier phase: judged already
  subscription_record& to = one.by_sid[sid];
  const std::string about =
      "message " + std::to_string(number) + " at client " + std::to_string(who) + " sid " + sid;
  if (!protocol::matches(to.subject, known->second.subject)) fail(about + " does not match");
  if (publisher == who && !one.echo) fail(about + " is an echo");
  if (++to.received[number] > 1) fail(about + " came twice");
  if (!to.queue.empty() && ++known->second.groups[to.queue] > 1)
    fail(about + ": its group had it twice");
  std::uint64_t& newest = to.newest[publisher];
  // A message that was passed on because a member had vanished may come later than its successors.
  const bool may_be_late = !to.queue.empty() && sum(&counters::members_vanished) > 0;
  if (number < newest && !may_be_late) fail(about + " is out of order");
  newest = std::max(newest, number);
  const auto asked = one.requests.find(known->second.subject);
  if (asked != one.requests.end()) asked->second = true;
}

void workers_simulation::judge() {
  for (const auto& [number, message] : messages_) judge_message(number, message);
  for (std::size_t who = 0; who < people_.size(); ++who) {
    const person& one = people_[who];
    if (!one.pings.empty()) fail("client " + std::to_string(who) + " has a PING unanswered");
    for (const auto& [inbox, answered] : one.requests)
      if (!answered) fail("request without answer: " + inbox);
    for (const auto& [inbox, answered] : one.void_requests)
      if (!answered) fail("request without 503: " + inbox);
  }
}

void workers_simulation::judge_message(std::uint64_t number, const message_record& message) {
  std::map<std::string, bool> groups;  // with a member that was there all the time
  for (std::size_t who = 0; who < people_.size(); ++who) {
    const person& one = people_[who];
    if (who == message.publisher && !one.echo) continue;
    for (const auto& [sid, to] : one.by_sid) {
      if (!protocol::matches(to.subject, message.subject)) continue;
      const bool was_there =
          to.visible < message.sent || (who == message.publisher && to.sent < message.sent);
      if (!was_there || to.gone != never_) continue;
      if (!to.queue.empty())
        groups[to.queue] = true;
      else if (to.received.count(number) == 0)
        fail("message " + std::to_string(number) + " on " + message.subject + " from client " +
             std::to_string(message.publisher) + " did not reach client " + std::to_string(who) +
             " sid " + sid + " (" + to.subject + ")");
    }
  }
  for (const auto& [name, steady] : groups)
    if (message.groups.count(name) == 0 &&
        ++without_member_ > sum(&counters::messages_without_member))
      fail("message " + std::to_string(number) + " did not reach group " + name);
}

void workers_simulation::end_phase() {
  messages_.clear();
  for (person& one : people_) {
    one.requests.clear();
    one.void_requests.clear();
    std::erase_if(one.by_sid, [](const auto& entry) { return entry.second.gone != never_; });
    for (auto& [sid, record] : one.by_sid) record.received.clear();
  }
}

}  // namespace wirebird::broker
