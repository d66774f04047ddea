// What clients of a simulation receive, and whether that is right.
#include "protocol/subject.hh"
#include "tests/broker/workers_simulation.hh"

#include <algorithm>

namespace wirebird::broker {

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
    const auto hoped = one.maybe_requests.find(words[1]);
    if (hoped != one.maybe_requests.end())
      ++hoped->second.refusals;
    else if (asked == one.void_requests.end() || asked->second)
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
  ++known->second.deliveries;
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
    for (const auto& [inbox, hoped] : one.maybe_requests) judge_hope(inbox, hoped);
  }
}

/// Somebody has the message, or its publisher knows that nobody has.
void workers_simulation::judge_hope(const std::string& inbox, const hope& asked) {
  const int taken = messages_[asked.message].deliveries;
  if (asked.refusals > 1) fail("two 503 for one request: " + inbox);
  if (asked.refusals > 0 && taken > 0) fail("503 for a request that was taken: " + inbox);
  if (asked.refusals == 0 && taken == 0 &&
      ++untold_ > sum(&counters::notices_lost) + sum(&counters::questions_forgotten))
    fail("request neither taken nor refused: " + inbox);
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
    one.maybe_requests.clear();
    std::erase_if(one.by_sid, [](const auto& entry) { return entry.second.gone != never_; });
    for (auto& [sid, record] : one.by_sid) record.received.clear();
  }
}

}  // namespace wirebird::broker
