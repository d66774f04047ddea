#include "dataplane/broker/fanout.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/limits.hh"
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

std::size_t fanout::new_budget() const noexcept {
  const std::size_t whole = core_.rules.fanout_budget;
  return core_.flushes.is_behind() ? whole / fanout_share_when_behind : whole;
}

bool fanout::publish(outgoing& message, instant now) {
  match_ref targets = core_.interest.match(message.op.subject);
  if (core_.others.alone() && targets->steps() <= narrow() &&
      targets->steps() == targets->plain().size()) {
    publish_to_few(*targets, message, now);
    return true;
  }
  walk way;
  way.targets = std::move(targets);
  if (!core_.others.alone()) {
    way.remote = std::move(remote_);
    way.remote.clear();
    way.remote.add_plain(way.targets->workers());
  }
  const bool done = run(way, message, now);
  if (done && !core_.others.alone()) remote_ = std::move(way.remote);
  return done;
}

void fanout::publish_to_few(const match_result& targets, outgoing& message, instant now) {
  const auto plain = targets.plain();
  bool anybody = false;
  if (!plain.empty()) {
    budget_ -= std::min(budget_, plain.size() * delivery::steps_each(message.op));
    delivery next(core_, message, plain.size(), false, now);
    for (subscription* const one : plain) anybody = next.to(*one) || anybody;
  }
  if (!anybody) tell_nobody_has(message, now);
}

bool fanout::deliver_arrived(outgoing& message, unsigned from_worker, std::uint64_t question,
                             instant now) {
  walk way;
  way.targets = core_.interest.match(message.op.subject);
  way.has_arrived = true;
  way.from_worker = from_worker;
  way.question = question;
  return run(way, message, now);
}

bool fanout::run(walk& way, outgoing& message, instant now) {
  const std::size_t steps = way.steps();
  std::size_t allowed = steps;
  // A message that cannot be kept for later, the arena being dry, goes out whole now.
  const std::size_t cost = delivery::steps_each(message.op);
  if (steps > narrow() && steps * cost > budget_ && message.store(core_)) allowed = budget_ / cost;
  budget_ -= std::min(budget_, steps * cost);
  if (steps > 0 && !advance(way, message, allowed, now)) {
    waiting_for_budget_ = true;
    was_cut_ = true;
    put_off(way, message);
    return false;
  }
  if (!hand_over(way, message)) {
    if (message.store(core_)) {
      put_off(way, message);
      return false;
    }
    core_.counts.crossings_no_memory.add();
  }
  finish(way, message, now);
  return true;
}

bool fanout::advance(walk& way, outgoing& message, std::size_t steps, instant now) {
  const match_result& targets = *way.targets;
  const std::size_t total = way.steps();
  const std::size_t end = std::min(total, way.done + steps);
  const auto plain = targets.plain();
  delivery next(core_, message, total, total > narrow_steps, now);
  for (; way.done < std::min(end, plain.size()); ++way.done)
    if (next.to(*plain[way.done])) ++way.delivered;
  const auto deliver = [&](subscription& one) { return next.to(one); };
  const auto forward = [&](const subscription& remote) {
    if (remote.retired) return false;
    way.remote.choose(remote.worker, remote.group->text());
    (remote.filtered ? way.has_choosy_member : way.has_sure_member) = true;
    return true;
  };
  for (; way.done < end; ++way.done) {
    const group_members members = targets.group(way.done - plain.size());
    if (serve_one(members, core_.choices, deliver, forward)) ++way.delivered;
  }
  return way.done == total;
}

bool fanout::serve_group(outgoing& message, std::string_view group, instant now) {
  const match_ref targets = core_.interest.match(message.op.subject);
  delivery next(core_, message, 1, false, now);
  return serve_local(targets->group_named(group).local(), core_.choices,
                     [&](subscription& one) { return next.to(one); });
}

bool fanout::hand_over(walk& way, outgoing& message) {
  if (way.remote.empty()) return true;
  const bool has_asker = message.origin != nullptr && !message.op.reply.empty() &&
                         message.origin->wants_no_responders();
  if (!way.is_handed_over) {
    // Nobody but others' clients, who may be gone when the message arrives. A member of a group
    // counts as having been served.
    if (has_asker && way.delivered == way.remote.members())
      way.question = core_.others.ask(way.remote.count());
    way.is_handed_over = true;
    ++way.delivered;
  }
  const std::uint64_t client = message.origin != nullptr ? message.origin->id() : 0;
  if (!core_.others.send(message, way.remote, {core_.others.self(), client, 0, way.question}))
    return false;
  if (message.origin == nullptr || (way.question == 0 && !way.has_choosy_member)) return true;
  message.origin->on_asked();
  // What is refused is answered, or goes on to another member, before what the client says next.
  const bool is_sure = way.has_sure_member || way.targets->sure_workers() != 0;
  if (way.has_choosy_member || !is_sure) message.origin->wait_for_answer();
  return true;
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
  std::size_t left = new_budget();
  waiting_for_budget_ = false;
  intrusive_list<unfinished, unfinished_tag> waiting;
  waiting.splice_back(unfinished_);
  while (!waiting.empty()) {
    unfinished& one = waiting.pop_front();
    const std::size_t before = one.way.done;
    const std::size_t cost = delivery::steps_each(one.message.op);
    const bool served = one.way.done == one.way.steps() ||
                        advance(one.way, one.message, std::max(left / cost, narrow()), now);
    left -= std::min(left, (one.way.done - before) * cost);
    if (!served || !hand_over(one.way, one.message)) {
      waiting_for_budget_ = waiting_for_budget_ || !served;
      unfinished_.push_back(one);
      continue;
    }
    finish(one.way, one.message, now);
    if (one.message.origin != nullptr) one.message.origin->on_fanout_finished(now);
    if (one.way.has_arrived) core_.others.on_arrived_done(one.way.from_worker);
    recycle(one);
  }
  budget_ = new_budget();
}

void fanout::forget_origin(const session& gone) noexcept {
  unfinished_.for_each([&](unfinished& one) {
    if (one.message.origin == &gone) one.message.origin = nullptr;
  });
}

void fanout::finish(const walk& way, const outgoing& message, instant now) {
  if (way.delivered > 0) return;
  if (way.has_arrived && way.question != 0)
    core_.others.tell_nobody(way.from_worker, {message.publisher, way.question, message.op.reply},
                             now);
  tell_nobody_has(message, now);
}

void fanout::tell_nobody_has(const outgoing& message, instant now) {
  if (message.op.reply.empty() || message.origin == nullptr) return;
  if (message.origin->wants_no_responders())
    send_no_responders(*message.origin, message.op.reply, now);
}

void fanout::send_no_responders(session& to, std::string_view reply, instant now) {
  static constexpr std::string_view status = "NATS/1.0 503\r\n\r\n";
  const match_ref repliers = core_.interest.match(reply);
  const auto plain = repliers->plain();
  const auto own = std::find_if(plain.begin(), plain.end(), [&](const subscription* candidate) {
    return !candidate->retired && candidate->owner == &to;
  });
  if (own == plain.end()) return;
  const protocol::message_line line(reply, {}, true, "16", "16", 1);
  static_assert(status.size() == 16);
  const std::string_view sid = (*own)->sid();
  no_responders_.resize(line.size(sid));
  line.write(no_responders_.data(), sid);
  no_responders_.append(status).append("\r\n");
  core_.counts.no_responders.add();
  to.reply(no_responders_, now);
}

}  // namespace wirebird::broker
