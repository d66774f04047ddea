#include "tests/differential/player.hh"

#include "dataplane/base/random.hh"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <poll.h>

namespace wirebird::differential {
namespace {

using system_tests::deadline;
using system_tests::raw_client;

// Waits until more has come. returns: false when the peer has closed.
bool receive(raw_client& from, const deadline& limit) {
  pollfd ready{.fd = from.descriptor(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, limit.left_ms()) <= 0) {
    throw std::runtime_error("no answer in time; until then came '" +
                             escaped(from.received().substr(0, 2000)) + "'");
  }
  return from.take_available();
}

}  // namespace

std::string player::question() const {
  return "PING\r\nPUB _GR_.step" + std::to_string(step_number_) + " 0\r\n\r\n";
}

std::string player::answer() const {
  return "-ERR 'Permissions Violation for Publish to \"_GR_.step" + std::to_string(step_number_) +
         "\"'\r\n";
}

void player::send(participant& who, std::string_view bytes) {
  switch (split_.how) {
    case splitting::kind::whole: who.client.send(bytes); return;
    case splitting::kind::bytewise: who.client.send_bytewise(bytes); return;
    case splitting::kind::random: break;
  }
  random choices(split_.seed + step_number_);
  const std::uint64_t piece_max = 1 + choices.below(std::max<std::size_t>(bytes.size(), 1));
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(1 + choices.below(piece_max), bytes.size());
    who.client.send(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

// Reads up to the answer, which is no part of the transcript.
void player::take_answer(char name, participant& who) {
  const deadline limit(patience_);
  const std::string wanted = answer();
  std::string& received = who.client.received();
  std::size_t searched = 0;
  std::size_t at = std::string::npos;
  bool is_open = true;
  while (is_open && (at = received.find(wanted, searched)) == std::string::npos) {
    searched = received.size() > wanted.size() ? received.size() - wanted.size() : 0;
    is_open = receive(who.client, limit);
  }
  std::string came = std::exchange(received, {});
  if (at != std::string::npos) {
    if (at + wanted.size() != came.size()) came += "(more after the answer)";
    came.erase(at, wanted.size());
    if (came.ends_with("PONG\r\n")) came.erase(came.size() - 6);
  }
  now_.add(name, came, !is_open, script_->members);
  who.asked = false;
  if (!is_open) open_.erase(name);
}

// Asks everybody who can be asked, beginning with those who have just acted: when they have their
// answer, what they caused lies in the queues of the others, before theirs.
void player::settle() {
  std::vector<char> names;
  for (auto& [name, who] : open_)
    if (who.asked) names.push_back(name);
  for (auto& [name, who] : open_)
    if (!who.asked && !who.in_between) names.push_back(name);
  for (const char name : names) {
    participant& who = open_.at(name);
    if (!who.asked) who.client.send(question());
    take_answer(name, who);
  }
}

void player::read_to_the_end(char name) {
  participant& who = open_.at(name);
  const deadline limit(patience_);
  while (receive(who.client, limit)) {
  }
  now_.add(name, who.client.received(), true, script_->members);
  open_.erase(name);
}

void player::act(const step& now) {
  if (now.what == action::open || now.what == action::arrive) {
    participant added{.client = raw_client(host_, port_)};
    now_.add(now.connection, added.client.info(), false, {});
    open_.emplace(now.connection, std::move(added));
  }
  const auto found = open_.find(now.connection);
  if (found == open_.end()) return;  // the broker has closed it
  participant& who = found->second;
  switch (now.what) {
    case action::open:
    case action::send:
      send(who, now.bytes + question());
      who.asked = true;
      who.in_between = false;
      break;
    case action::arrive:
    case action::part:
      send(who, now.bytes);
      who.in_between = true;
      return;
    case action::finish:
      send(who, now.bytes);
      who.client.half_close();
      read_to_the_end(now.connection);
      break;
    case action::wait: read_to_the_end(now.connection); break;
    case action::abort:
      who.client.reset();
      open_.erase(found);
      return;
  }
  settle();
}

transcript player::play(const dialogue& script) {
  script_ = &script;
  transcript all;
  for (const step& now : script.steps) {
    now_ = {};
    act(now);
    all.push_back(now_.lines());
    ++step_number_;
  }
  now_ = {};
  for (auto& [name, who] : open_) who.client.half_close();
  while (!open_.empty()) read_to_the_end(open_.begin()->first);
  all.push_back(now_.lines());
  return all;
}

}  // namespace wirebird::differential
