#include "dataplane/broker/delivery.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/session.hh"

#include <charconv>
#include <cstring>

namespace wirebird::broker {

namespace {

constexpr std::string_view line_end = "\r\n";

protocol::message_line without_headers(const protocol::publish_op& op,
                                       std::array<char, 12>& body_size) noexcept {
  std::string_view size = op.total_size_text;
  if (op.header_size > 0) {
    char* const begin = body_size.data();
    const auto end = std::to_chars(begin, begin + body_size.size(),  //
                                   op.total_size - op.header_size);
    size = {begin, static_cast<std::size_t>(end.ptr - begin)};
  }
  return {op.subject, op.reply, false, {}, size};
}

}  // namespace

bool outgoing::store(core& shared) {
  if (stored) return true;
  stored_handle made = shared.messages.take();
  made->begin(op);
  if (!made->store(payload, shared.memory)) return false;
  op = made->op();
  stored = std::move(made);
  return true;
}

delivery::delivery(core& shared, outgoing& message, std::size_t subscribers, instant now)
    : core_(shared),
      message_(message),
      now_(now),
      shares_(message.op.total_size >= shared_payload_bytes_min &&
              (message.stored != nullptr || (subscribers > 1 && message.store(shared)))),
      plain_(without_headers(message.op, body_size_)) {
  const protocol::publish_op& op = message.op;
  if (op.header_size > 0)
    full_.emplace(op.subject, op.reply, true, op.header_size_text, op.total_size_text);
  if (message.stored == nullptr)
    payload_ = message.payload;
  else if (!shares_)
    payload_ = message.stored->payload();
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

  std::uint32_t skipped = 0;
  const protocol::message_line& line = line_for(target, skipped);
  if (!write(target.output(), line, subscriber.sid(), skipped)) {
    target.on_delivery_failed(now_);
    return false;
  }
  ++subscriber.delivered;
  core_.counts.out_msgs.add();
  core_.counts.out_bytes.add(message_.op.total_size - skipped);
  target.on_delivered(now_);
  if (subscriber.max != 0 && subscriber.delivered >= subscriber.max) target.retire(subscriber);
  return true;
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
