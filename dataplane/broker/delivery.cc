#include "dataplane/broker/delivery.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

#include <charconv>
#include <cstring>
#include <string>

namespace wirebird::broker {

namespace {

constexpr std::string_view line_end = "\r\n";

protocol::message_line without_headers(const protocol::publish_op& op,
                                       std::array<char, 12>& body_size,
                                       std::size_t subscribers) noexcept {
  std::string_view size = op.total_size_text;
  if (op.header_size > 0) {
    char* const begin = body_size.data();
    const auto end = std::to_chars(begin, begin + body_size.size(),  //
                                   op.total_size - op.header_size);
    size = {begin, static_cast<std::size_t>(end.ptr - begin)};
  }
  return {op.subject, op.reply, false, {}, size, subscribers};
}

}  // namespace

bool outgoing::store(core& shared) {
  if (stored) return true;
  stored_handle made = shared.messages.take();
  made->begin(op);
  if (shared.memory_queue.output_is_full() || !made->store(payload, shared.memory)) return false;
  op = made->op();
  stored = std::move(made);
  return true;
}

delivery::delivery(core& shared, outgoing& message, std::size_t subscribers, bool is_bulk,
                   instant now)
    : core_(shared),
      message_(message),
      now_(now),
      is_bulk_(is_bulk),
      shares_(message.op.total_size >= shared_payload_bytes_min &&
              (message.stored != nullptr || (subscribers > 1 && message.store(shared)))),
      plain_(without_headers(message.op, body_size_, subscribers)) {
  const protocol::publish_op& op = message.op;
  if (op.header_size > 0)
    full_.emplace(op.subject, op.reply, true, op.header_size_text, op.total_size_text, subscribers);
  if (message.stored == nullptr)
    payload_ = message.payload;
  else if (!shares_)
    payload_ = message.stored->payload();
}

std::size_t delivery::steps_each(const protocol::publish_op& op) noexcept {
  return op.total_size >= shared_payload_bytes_min ? 1 : 1 + op.total_size / copied_bytes_per_step;
}

const protocol::message_line& delivery::line_for(const session& target,
                                                 std::uint32_t& skipped) const noexcept {
  if (full_ && target.wants_headers()) return *full_;
  skipped = message_.op.header_size;
  return plain_;
}

bool delivery::to(subscription& subscriber) {
  if (subscriber.retired) return false;
  session& target = *subscriber.owner;
  if (!target.is_open()) return false;
  if (&target == message_.origin && !target.wants_echo()) return false;

  if (subscriber.filtered && !target.may_receive(message_.op.subject, subscriber)) {
    core_.counts.deliveries_refused.add();
    return false;
  }

  std::uint32_t skipped = 0;
  const protocol::message_line& line = line_for(target, skipped);
  if (!find_room_and_write(target, line, subscriber.sid(), skipped)) {
    target.on_delivery_failed(now_);
    return false;
  }
  if (core_.rules.trace) [[unlikely]] {
    std::string text(line.size(subscriber.sid()), ' ');
    line.write(text.data(), subscriber.sid());
    target.trace_delivery(text);
  }
  ++subscriber.delivered;
  core_.counts.out_msgs.add();
  core_.counts.out_bytes.add(message_.op.total_size - skipped);
  target.permit_reply(message_.op.reply, now_);
  target.on_delivered(message_.op.total_size - skipped, is_bulk_, message_.received, now_);
  if (target.lags()) target.hold_back(message_, now_);
  // Its client may have been closed by this very message.
  const bool is_last = subscriber.max != 0 && subscriber.delivered >= subscriber.max;
  if (is_last && !subscriber.retired) target.retire(subscriber);
  return true;
}

bool delivery::find_room_and_write(session& target, const protocol::message_line& line,
                                   std::string_view sid, std::uint32_t skipped) {
  if (!core_.memory_queue.output_is_full() && write(target.output(), line, sid, skipped))
    return true;
  const bool has_room = core_.waiting.make_room(now_);
  if (!target.is_open()) return false;
  // Without room, what fits behind the last bytes of this client takes none from others.
  const std::size_t size = line.size(sid) + (shares_ ? 0 : payload_.size() + line_end.size());
  return (has_room || size <= target.output().open_bytes()) &&
         write(target.output(), line, sid, skipped);
}

bool delivery::write(stream::send_queue& out, const protocol::message_line& line,
                     std::string_view sid, std::uint32_t skipped) {
  if (!shares_) {
    const std::string_view body = payload_.substr(skipped);
    const std::size_t size = line.size(sid) + body.size() + line_end.size();
    if (size <= arena::block_bytes_max) {
      const mutable_bytes room = out.reserve(static_cast<std::uint32_t>(size));
      if (room.empty()) return false;
      char* at = line.write(reinterpret_cast<char*>(room.data()), sid);
      if (!body.empty()) std::memcpy(at, body.data(), body.size());
      std::memcpy(at + body.size(), line_end.data(), line_end.size());
      out.commit(static_cast<std::uint32_t>(size));
      return true;
    }
    if (!message_.store(core_)) return false;
    shares_ = true;
  }
  return write_shared(out, line, sid, skipped);
}

bool delivery::write_shared(stream::send_queue& out, const protocol::message_line& line,
                            std::string_view sid, std::uint32_t skipped) {
  const auto size = static_cast<std::uint32_t>(line.size(sid));
  const mutable_bytes room = out.reserve(size);
  if (room.empty()) return false;
  line.write(reinterpret_cast<char*>(room.data()), sid);
  out.commit(size);
  for (const slice& piece : message_.stored->pieces()) {
    const std::uint32_t hidden = std::min(skipped, piece.size());
    skipped -= hidden;
    if (hidden < piece.size()) out.append(piece.part(hidden, piece.size() - hidden));
  }
  return true;
}

}  // namespace wirebird::broker
