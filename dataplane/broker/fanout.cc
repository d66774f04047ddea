#include "dataplane/broker/fanout.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/queue_groups.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <utility>

namespace wirebird::broker {

fanout::fanout(core& shared) noexcept : core_(shared), budget_(shared.rules.fanout_budget) {}

fanout::~fanout() {
  while (!unfinished_.empty()) delete &unfinished_.pop_front();
}

std::size_t fanout::narrow() const noexcept {
  return std::min<std::size_t>(narrow_steps, core_.rules.fanout_budget);
}

bool fanout::publish(outgoing& message, instant now) {
  walk way{core_.interest.match(message.op.subject)};
  const std::size_t steps = way.targets->steps();
  std::size_t allowed = steps;
  // A message that cannot be kept for later, the arena being dry, goes out whole now.
  if (steps > narrow() && steps > budget_ && message.store(core_)) allowed = budget_;
  budget_ -= std::min(budget_, steps);
  if (steps == 0 || advance(way, message, allowed, now)) {
    finish(way, message, now);
    return true;
  }
  put_off(way, message);
  return false;
}

bool fanout::advance(walk& way, outgoing& message, std::size_t steps, instant now) {
  const match_result& targets = *way.targets;
  const std::size_t total = targets.steps();
  const std::size_t end = std::min(total, way.done + steps);
  const auto plain = targets.plain();
  delivery next(core_, message, total, now);
  for (; way.done < std::min(end, plain.size()); ++way.done)
    if (next.to(*plain[way.done])) ++way.delivered;
  for (; way.done < end; ++way.done) {
    const auto members = targets.group(way.done - plain.size());
    if (serve_one(members, core_.choices, [&](subscription& one) { return next.to(one); }))
      ++way.delivered;
  }
  return way.done == total;
}

void fanout::put_off(walk& way, outgoing& message) {
  std::unique_ptr<unfinished> kept;
  if (idle_.empty()) {
    kept = std::make_unique<unfinished>();
  } else {
    kept = std::move(idle_.back());
    idle_.pop_back();
  }
  kept->message = std::move(message);
  kept->way = std::move(way);
  kept->number = core_.interest.next_walk();
  core_.counts.fanouts_split.add();
  unfinished_.push_back(*kept.release());
}

void fanout::recycle(unfinished& done) noexcept {
  std::unique_ptr<unfinished> owned(&done);
  owned->message = {};
  owned->way = {};
  if (idle_.size() < idle_max) idle_.push_back(std::move(owned));
}

void fanout::go_on(instant now) {
  std::size_t left = core_.rules.fanout_budget;
  intrusive_list<unfinished, unfinished_tag> waiting;
  waiting.splice_back(unfinished_);
  while (!waiting.empty()) {
    unfinished& one = waiting.pop_front();
    const std::size_t before = one.way.done;
    const bool done = advance(one.way, one.message, std::max(left, narrow()), now);
    left -= std::min(left, one.way.done - before);
    if (!done) {
      unfinished_.push_back(one);
      continue;
    }
    finish(one.way, one.message, now);
    if (one.message.origin != nullptr) one.message.origin->on_fanout_finished(now);
    recycle(one);
  }
  budget_ = core_.rules.fanout_budget;
}

void fanout::forget_origin(const session& gone) noexcept {
  unfinished_.for_each([&](unfinished& one) {
    if (one.message.origin == &gone) one.message.origin = nullptr;
  });
}

void fanout::finish(const walk& way, const outgoing& message, instant now) {
  if (way.delivered > 0 || message.op.reply.empty() || message.origin == nullptr) return;
  if (message.origin->wants_no_responders()) send_no_responders(message, now);
}

void fanout::send_no_responders(const outgoing& message, instant now) {
  static constexpr std::string_view status = "NATS/1.0 503\r\n\r\n";
  const match_ref repliers = core_.interest.match(message.op.reply);
  const auto plain = repliers->plain();
  const auto own = std::find_if(plain.begin(), plain.end(), [&](const subscription* candidate) {
    return !candidate->retired && candidate->owner == message.origin;
  });
  if (own == plain.end()) return;
  const protocol::message_line line(message.op.reply, {}, true, "16", "16");
  static_assert(status.size() == 16);
  const std::string_view sid = (*own)->sid();
  no_responders_.resize(line.size(sid));
  line.write(no_responders_.data(), sid);
  no_responders_.append(status).append("\r\n");
  core_.counts.no_responders.add();
  message.origin->reply(no_responders_, now);
}

}  // namespace wirebird::broker
