// Messages from and to other workers.
#include "dataplane/broker/core.hh"
#include "dataplane/broker/crossings.hh"
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/queue_groups.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <utility>

namespace wirebird::broker {

namespace {

/// Group names in one record: with the longest subject, reply and payload still half a lane.
constexpr std::size_t names_bytes_max = 16 * 1024;

constexpr std::uint64_t bit(unsigned worker) noexcept {
  return std::uint64_t{1} << worker;
}

crossing::message record_of(const outgoing& message, const provenance& from) noexcept {
  crossing::message made;
  const protocol::publish_op& op = message.op;
  made.subject = op.subject;
  made.reply = op.reply;
  made.header_size_text = op.header_size_text;
  made.total_size_text = op.total_size_text;
  made.header_size = op.header_size;
  made.total_size = op.total_size;
  made.has_headers = op.has_headers;
  made.origin_worker = static_cast<std::uint8_t>(from.worker);
  made.origin = from.client;
  made.received = message.received;
  made.tried = from.tried;
  made.question = from.question;
  if (op.total_size >= shared_payload_bytes_min)
    made.pieces = message.stored->pieces();
  else
    made.payload = message.stored != nullptr ? message.stored->payload() : message.payload;
  return made;
}

protocol::publish_op op_of(const crossing::message& arrived) noexcept {
  protocol::publish_op op;
  op.subject = arrived.subject;
  op.reply = arrived.reply;
  op.header_size_text = arrived.header_size_text;
  op.total_size_text = arrived.total_size_text;
  op.header_size = arrived.header_size;
  op.total_size = arrived.total_size;
  op.has_headers = arrived.has_headers;
  return op;
}

}  // namespace

template <typename Record>
bool crossings::push(link& to, const Record& what) noexcept {
  const mutable_bytes room = to.to.out->ring.reserve(crossing::size_of(what));
  if (room.empty()) return false;
  crossing::write(room, what);
  commit(to);
  return true;
}

/// A message of any size has room on a lane that refers to none.
bool crossings::has_room_to_refer(const link& to, const crossing::message& what) noexcept {
  return what.pieces.empty() || to.kept.empty() ||
         to.kept_bytes + what.total_size <= referred_bytes_max;
}

bool crossings::send(outgoing& message, remote_targets& to, const provenance& from) {
  if (message.op.total_size >= shared_payload_bytes_min && !message.store(core_)) {
    core_.counts.crossings_no_memory.add();
    to.clear();
    return true;
  }
  for (link& each : links_)
    if (!send_to(each, message, to, from)) {
      wait_for(each);
      core_.counts.lanes_full.add();
    }
  return to.empty();
}

bool crossings::send_to(link& target, outgoing& message, remote_targets& to,
                        const provenance& from) {
  const unsigned worker = target.to.worker;
  for (;;) {
    const bool plain = to.wants_plain(worker);
    const std::size_t groups = to.groups_of(worker, names_bytes_max, names_);
    if (!plain && groups == 0) return true;
    crossing::message record = record_of(message, from);
    record.to_plain = plain;
    record.groups = names_;
    if (!target.backlog.empty()) return false;  // interest goes first
    if (!has_room_to_refer(target, record) || !push(target, record)) return false;
    core_.counts.crossings_sent.add();
    if (!record.pieces.empty()) {
      target.kept.push_back(
          {target.to.out->ring.produced(), record.total_size, share(message.stored)});
      target.kept_bytes += record.total_size;
    }
    to.handed_over(worker, groups);
  }
}

bool crossings::receive(instant now) {
  bool any = false;
  for (link& each : links_) any = receive_from(each, now) || any;
  return any;
}

bool crossings::receive_from(link& from, instant now) {
  crossing::byte_ring& ring = from.to.in->ring;
  std::size_t taken = 0;
  while (taken < records_per_turn && (stalled_ & bit(from.to.worker)) == 0) {
    const byte_view record = ring.front();
    if (record.empty()) break;
    switch (crossing::kind_of(record)) {
      case crossing::record_kind::interest: {
        const crossing::interest told = crossing::read_interest(record);
        core_.interest.set_interest(from.to.worker, told.subject, told.queue, told.members,
                                    told.choosy);
        break;
      }
      case crossing::record_kind::message:
        on_message(from, crossing::read_message(record), now);
        break;
      case crossing::record_kind::nobody: on_nobody(crossing::read_nobody(record), now); break;
      case crossing::record_kind::stop: on_stop(crossing::read_stop(record), now); break;
    }
    ring.pop();
    ++taken;
  }
  if (taken > 0) taken_ |= bit(from.to.worker);
  return taken > 0;
}

void crossings::on_nobody(const crossing::nobody& told, instant now) {
  const open_questions::outcome now_known = questions_.on_nobody(told.question);
  if (now_known == open_questions::outcome::forgotten) core_.counts.questions_forgotten.add();
  if (now_known != open_questions::outcome::refused) return;
  session* const asker = core_.find_session(told.origin);
  if (asker != nullptr && asker->is_open())
    core_.fanouts.send_no_responders(*asker, told.reply, now);
}

void crossings::on_message(link& from, const crossing::message& arrived, instant now) {
  core_.counts.crossings_received.add();
  outgoing message;
  message.op = op_of(arrived);
  message.payload = arrived.payload;
  message.received = arrived.received;
  if (arrived.origin_worker == self_) {
    // Passed on to where it came from: its publisher may want no echo.
    message.origin = core_.find_session(arrived.origin);
  } else {
    message.publisher = arrived.origin;
    message.publisher_worker = arrived.origin_worker;
  }
  if (!arrived.pieces.empty()) {
    // Copied, so that the sender has its memory back as soon as the record is popped.
    stored_handle copy = core_.messages.take();
    copy->begin(message.op);
    if (!copy->store_pieces(arrived.pieces, core_.memory)) {
      core_.counts.crossings_no_memory.add();
      return;
    }
    message.op = copy->op();
    message.stored = std::move(copy);
  }
  std::string_view groups = arrived.groups;
  while (!groups.empty()) {
    const std::string_view name = crossing::take_name(groups);
    if (!core_.fanouts.serve_group(message, name, now)) try_another(message, arrived, name, now);
  }
  if (arrived.to_plain &&
      !core_.fanouts.deliver_arrived(message, from.to.worker, arrived.question, now))
    stalled_ |= bit(from.to.worker);
}

/// Of the workers that say they have members, each in turn; then whoever asked is told.
void crossings::try_another(outgoing& message, const crossing::message& arrived,
                            std::string_view group, instant now) {
  core_.counts.members_vanished.add();
  // Whoever has shut down sends no messages: the others could not know when the last has come.
  if (!core_.is_shut_down && pass_on(message, arrived, group)) return;
  core_.counts.messages_without_member.add();
  if (arrived.question != 0)
    tell_nobody(arrived.origin_worker, {arrived.origin, arrived.question, arrived.reply}, now);
}

bool crossings::pass_on(outgoing& message, const crossing::message& arrived,
                        std::string_view group) {
  const bool is_from_here = arrived.origin_worker == self_;
  const provenance from{arrived.origin_worker, arrived.origin, arrived.tried | bit(self_),
                        arrived.question};
  another_.clear();
  if (!is_from_here) {
    // By the publisher's worker, which knows of its own lanes alone when all have been asked.
    another_.choose(arrived.origin_worker, group);
    return send(message, another_, from);
  }
  const match_ref targets = core_.interest.match(message.op.subject);
  std::size_t candidates = 0;
  const subscription* chosen = nullptr;
  for (const subscription* const remote : targets->group_named(group).remote())
    if ((from.tried & bit(remote->worker)) == 0 && core_.choices.below(++candidates) == 0)
      chosen = remote;
  if (chosen == nullptr) return false;
  another_.choose(chosen->worker, group);
  if (!send(message, another_, from)) return false;
  if (session* const publisher = core_.find_session(arrived.origin); publisher != nullptr)
    publisher->on_asked();
  return true;
}

void crossings::tell_nobody(unsigned worker, const crossing::nobody& told, instant now) {
  if (worker == self_)
    on_nobody(told, now);
  else if (!push(*link_to(worker), told))
    core_.counts.notices_lost.add();
}

void crossings::stop_publisher(unsigned worker, std::uint64_t publisher, instant until,
                               instant now) {
  link& home = *link_to(worker);
  stopped_publisher& told = home.stopped[publisher % stops_remembered];
  if (told.id == publisher && now < told.until) return;
  const auto length = static_cast<std::uint64_t>((until - now).count());
  if (!push(home, crossing::stop{publisher, length})) {
    core_.counts.notices_lost.add();
    return;
  }
  told = {publisher, until};
  home.stopped_until = std::max(home.stopped_until, until);
}

void crossings::release_publishers(instant now) {
  for (link& each : links_) {
    if (each.stopped_until <= now) continue;
    each.stopped_until = now;
    each.stopped = {};
    if (!push(each, crossing::stop{})) core_.counts.notices_lost.add();
  }
}

void crossings::on_stop(const crossing::stop& told, instant now) {
  if (told.nanoseconds == 0) {
    core_.throttled.release(now);
    return;
  }
  session* const publisher = core_.find_session(told.publisher);
  const duration length(static_cast<duration::rep>(told.nanoseconds));
  if (publisher != nullptr) publisher->stop_until(now + std::min(length, throttle_time), now);
}

}  // namespace wirebird::broker
