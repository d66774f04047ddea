// From received bytes to operations: where input is cut, gathered and refused.
#include "dataplane/broker/quoted.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace wirebird::broker {

void session::on_bytes(slice_queue& unread, instant now) {
  while (!unread.empty() && may_read()) {
    std::string_view input = as_text(unread.front().bytes());
    if (caught_up_bytes_ > 0) input = input.substr(0, caught_up_bytes_);
    const std::size_t offered = input.size();
    parse(input, now);
    // What came in one piece with an UNSUB came before what the UNSUB waits for.
    const bool is_behind_unsubscribe = caught_up_bytes_ > 0 || unsubscribes_;
    caught_up_bytes_ = is_behind_unsubscribe ? static_cast<std::uint32_t>(input.size()) : 0;
    unread.consume(offered - input.size());
  }
  left_unread_ = !unread.empty();
  if (peer_ended_ && may_read()) close(close_reason::client_closed, now);
}

void session::parse(std::string_view& input, instant now) {
  while (may_read()) {
    if (inbound_ != nullptr) {
      if (!gather(input, now)) return;
      continue;
    }
    if (is_before_login() && !input.empty() && parser_.at_boundary() &&
        !may_begin(input.front(), now))
      return;
    const protocol::event found = parser_.next(input);
    return_unused_line_buffer();
    if (!take_event(found, input, now)) return;
  }
}

bool session::take_event(protocol::event found, std::string_view& input, instant now) {
  if (core_.rules.trace) [[unlikely]]
    trace_input(found);
  switch (found) {
    case protocol::event::need_more: return false;
    case protocol::event::need_line_buffer: return lend_line_buffer(now);
    case protocol::event::connect: on_connect(parser_.json().json, now); break;
    case protocol::event::info: on_info(parser_.json().json, now); break;
    case protocol::event::publish: on_publish(input, now); break;
    case protocol::event::subscribe: on_subscribe(parser_.subscribe(), now); break;
    case protocol::event::unsubscribe: on_unsubscribe(parser_.unsubscribe(), now); break;
    case protocol::event::ping: on_ping(now); break;
    case protocol::event::pong: on_pong(now); break;
    case protocol::event::ok: break;
    case protocol::event::err: on_client_error(parser_.err().text, now); break;
    case protocol::event::message:  // a client's parser never finds one
    case protocol::event::payload:  // on_publish() and gather() take these
    case protocol::event::error: fail(parser_.error(), now); break;
  }
  return true;
}

bool session::lend_line_buffer(instant now) {
  const std::uint32_t size = core_.limits.max_control_line;
  buffer* const block = core_.memory_queue.lines_are_full()
                            ? nullptr
                            : core_.memory.take(std::max<std::uint32_t>(size, 1));
  if (block == nullptr) {
    starve(now);
    return false;
  }
  line_ = slice(*block, block->bytes, 0);
  core_.memory_queue.on_line(*this, line_.footprint(), now);
  parser_.lend_line_buffer(std::span(reinterpret_cast<char*>(block->bytes), size));
  return true;
}

void session::return_unused_line_buffer() noexcept {
  if (line_.owner() == nullptr || parser_.line_buffer_in_use()) return;
  core_.memory_queue.on_whole_line(*this, line_.footprint());
  line_ = slice();
}

void session::on_publish(std::string_view& input, instant now) {
  outgoing message;
  message.op = parser_.publish();
  message.origin = this;
  const protocol::publish_op& op = message.op;
  if (op.has_headers && !headers_) {
    core_.counts.headers_not_agreed.add();
    close_with({}, "message headers not supported", close_reason::protocol_violation, now);
    return;
  }
  if (pedantic_ && !protocol::is_literal(op.subject))
    refuse_operation(core_.counts.invalid_publish_subjects, "Invalid Publish Subject", now);
  if (input.size() < std::size_t{op.total_size} + 2) {
    inbound_ = core_.messages.take();
    inbound_->begin(op);
    return;
  }
  const protocol::event found = parser_.next(input);
  if (found != protocol::event::payload || !parser_.payload_complete()) {
    // The payload is all there, so what follows it is wrong; the parser has that to say next.
    if (found == protocol::event::payload) static_cast<void>(parser_.next(input));
    fail(parser_.error(), now);
    return;
  }
  message.payload = parser_.payload();
  on_message(message, now);
}

bool session::gather(std::string_view& input, instant now) {
  if (input.empty()) return false;
  stored_message& message = *inbound_;
  if (message.room() == 0 && message.missing() > 0) {
    if (!core_.memory_queue.may_gather(*this) || !message.grow(core_.memory)) {
      starve(now);
      return false;
    }
    core_.memory_queue.on_grown(*this, message.last_block_bytes(), now);
  }
  // The parser gets what fits; what closes the payload needs no room.
  std::string_view window = input;
  if (message.missing() > message.room()) window = window.substr(0, message.room());
  const std::size_t offered = window.size();
  const protocol::event found = parser_.next(window);
  input.remove_prefix(offered - window.size());
  return_unused_line_buffer();
  if (found == protocol::event::error) {
    fail(parser_.error(), now);
    return true;
  }
  if (found != protocol::event::payload) return false;
  message.append(parser_.payload());
  if (!parser_.payload_complete()) return true;
  message.finish();
  core_.memory_queue.on_whole_message(*this, message.block_bytes());
  outgoing complete;
  complete.op = message.op();
  complete.stored = std::move(inbound_);
  complete.origin = this;
  on_message(complete, now);
  return true;
}

void session::fail(protocol::protocol_error error, instant now) {
  counters& counts = core_.counts;
  close_reason reason = close_reason::protocol_violation;
  const std::string_view text = protocol::error_line(error);
  std::string told(text.empty() ? "malformed arguments" : text_of_error(text));
  switch (error) {
    case protocol::protocol_error::control_line_exceeded:
      counts.control_line_too_long.add();
      reason = close_reason::maximum_control_line_exceeded;
      break;
    case protocol::protocol_error::payload_exceeded:
      counts.payload_too_large.add();
      reason = close_reason::maximum_payload_exceeded;
      told = "maximum payload exceeded: " + std::to_string(parser_.publish().total_size) + " vs " +
             std::to_string(parser_.enforced().max_payload);
      break;
    case protocol::protocol_error::malformed_arguments: counts.malformed_arguments.add(); break;
    default: counts.unknown_operations.add(); break;
  }
  close_with(text, told, reason, now);
}

}  // namespace wirebird::broker
