#include "protocol/parser.hh"

#include "protocol/arguments.hh"
#include "protocol/whole_publish.hh"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

namespace wirebird::protocol {

// One of these lives in each of a hundred thousand sessions.
static_assert(sizeof(parser) <= 200);

parser::parser(role reads, const limits& limits) noexcept : limits_(&limits), role_(reads) {}

event parser::next(std::string_view& input) noexcept {
  switch (phase_) {
    case phase::verb:
      line_buffer_ = nullptr;
      if (matched_ == 0 && role_ == role::reads_client && take_whole_publish(input))
        return begin_payload(operation_.publish.total_size, event::publish);
      return in_verb(input);
    case phase::separator: return in_separator(input);
    case phase::blanks: return in_blanks(input);
    case phase::arguments: return in_arguments(input);
    case phase::rest_of_line: return in_rest_of_line(input);
    case phase::payload: line_buffer_ = nullptr; return in_payload(input);
    case phase::payload_cr:
    case phase::payload_lf: line_buffer_ = nullptr; return at_payload_end(input);
    case phase::failed: break;
  }
  return event::error;
}

std::span<const verb_spelling> parser::verbs() const noexcept {
  if (role_ == role::reads_client) return client_verbs;
  return server_verbs;
}

bool parser::take_whole_publish(std::string_view& input) noexcept {
  publish_op& op = *std::construct_at(&operation_.publish);
  const std::size_t size = read_whole_publish(input, limits_->max_control_line, op);
  input.remove_prefix(size);
  return size > 0;
}

event parser::in_verb(std::string_view& input) noexcept {
  const auto spellings = verbs();
  std::size_t spelling = spelling_;
  std::size_t matched = matched_;
  for (std::size_t read = 0; read < input.size(); ++read) {
    spelling = next_spelling(spellings, spelling, matched, lower(input[read]));
    if (spelling == spellings.size()) return fail(protocol_error::unknown_operation);
    if (++matched < spellings[spelling].text.size()) continue;
    input.remove_prefix(read + 1);
    spelling_ = static_cast<std::uint8_t>(spelling);
    matched_ = static_cast<std::uint8_t>(matched);
    switch (spellings[spelling].then) {
      case after_verb::blank: phase_ = phase::separator; return in_separator(input);
      case after_verb::optional: phase_ = phase::blanks; return in_blanks(input);
      case after_verb::ignored: phase_ = phase::rest_of_line; return in_rest_of_line(input);
    }
  }
  input.remove_prefix(input.size());
  spelling_ = static_cast<std::uint8_t>(spelling);
  matched_ = static_cast<std::uint8_t>(matched);
  return event::need_more;
}

event parser::in_separator(std::string_view& input) noexcept {
  if (input.empty()) return event::need_more;
  if (!is_blank(input.front())) return fail(protocol_error::unknown_operation);
  input.remove_prefix(1);
  phase_ = phase::blanks;
  return in_blanks(input);
}

event parser::in_blanks(std::string_view& input) noexcept {
  while (!input.empty() && is_blank(input.front())) input.remove_prefix(1);
  if (input.empty()) return event::need_more;
  phase_ = phase::arguments;
  line_size_ = 0;
  return in_arguments(input);
}

/// The limit of this line. A buffer that was lent under a smaller limit keeps its own.
std::size_t parser::line_bytes_max() const noexcept {
  const std::size_t limit = limits_->max_control_line;
  return line_buffer_ == nullptr ? limit : std::min<std::size_t>(limit, line_capacity_);
}

event parser::in_arguments(std::string_view& input) noexcept {
  if (input.empty()) return event::need_more;
  const std::size_t longest = line_bytes_max() + 2;  // CR LF included
  if (line_size_ >= longest) return fail(protocol_error::control_line_exceeded);
  const std::size_t window = std::min(input.size(), longest - line_size_);
  const void* const found = std::memchr(input.data(), '\n', window);
  if (found == nullptr) return keep_unfinished_line(input);
  const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
  const std::string_view last_piece = input.substr(0, size);
  input.remove_prefix(size + 1);
  return line_buffer_ == nullptr ? on_line(last_piece) : on_gathered_line(last_piece);
}

/// The input holds no line end within the limit: too long already, or to be continued.
event parser::keep_unfinished_line(std::string_view& input) noexcept {
  const std::size_t size = line_size_ + input.size();
  const std::size_t without_cr = size - (input.back() == '\r' ? 1 : 0);
  if (without_cr > line_bytes_max()) return fail(protocol_error::control_line_exceeded);
  if (line_buffer_ == nullptr) return event::need_line_buffer;
  append_to_line(input);
  input.remove_prefix(input.size());
  return event::need_more;
}

void parser::append_to_line(std::string_view piece) noexcept {
  if (line_size_ < line_capacity_) {
    const std::size_t room = line_capacity_ - line_size_;
    std::memcpy(line_buffer_ + line_size_, piece.data(), std::min(piece.size(), room));
  }
  line_size_ += static_cast<std::uint32_t>(piece.size());
}

event parser::on_line(std::string_view line) noexcept {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > line_bytes_max()) return fail(protocol_error::control_line_exceeded);
  return on_arguments(line);
}

event parser::on_gathered_line(std::string_view last_piece) noexcept {
  const std::size_t limit = line_bytes_max();
  if (!last_piece.empty()) append_to_line(last_piece);
  std::size_t size = line_size_;
  // Behind the buffer only a CR can have been left out: in_arguments lets no longer line pass.
  const bool last_is_stored = size <= line_capacity_;
  const bool ends_with_cr = last_is_stored ? size > 0 && line_buffer_[size - 1] == '\r'
                                           : last_piece.empty() || last_piece.back() == '\r';
  if (ends_with_cr) --size;
  if (size > limit) return fail(protocol_error::control_line_exceeded);
  return on_arguments({line_buffer_, size});
}

event parser::on_arguments(std::string_view line) noexcept {
  const verb name = verbs()[spelling_].name;
  phase_ = phase::verb;
  spelling_ = 0;
  matched_ = 0;
  bool well_formed = true;
  event found = event::error;
  switch (name) {
    case verb::pub: return on_publish(line, false);
    case verb::hpub: return on_publish(line, true);
    case verb::msg: return on_message(line, false);
    case verb::hmsg: return on_message(line, true);
    case verb::sub:
      well_formed = read_arguments(line, *std::construct_at(&operation_.subscribe));
      found = event::subscribe;
      break;
    case verb::unsub:
      well_formed = read_arguments(line, *std::construct_at(&operation_.unsubscribe));
      found = event::unsubscribe;
      break;
    case verb::err:
      read_arguments(line, *std::construct_at(&operation_.err));
      found = event::err;
      break;
    case verb::connect:
    case verb::info:
      std::construct_at(&operation_.json)->json = line;
      found = name == verb::info ? event::info : event::connect;
      break;
    case verb::ping:
    case verb::pong:
    case verb::ok: break;  // these have no arguments: in_rest_of_line
  }
  return well_formed ? found : fail(protocol_error::malformed_arguments);
}

event parser::on_publish(std::string_view line, bool has_headers) noexcept {
  publish_op& op = *std::construct_at(&operation_.publish);
  if (!read_arguments(line, has_headers, op)) return fail(protocol_error::malformed_arguments);
  return begin_payload(op.total_size, event::publish);
}

event parser::on_message(std::string_view line, bool has_headers) noexcept {
  message_op& op = *std::construct_at(&operation_.message);
  if (!read_arguments(line, has_headers, op)) return fail(protocol_error::malformed_arguments);
  return begin_payload(op.total_size, event::message);
}

event parser::begin_payload(std::uint32_t size, event announced) noexcept {
  if (size > limits_->max_payload) return fail(protocol_error::payload_exceeded);
  payload_left_ = size;
  phase_ = size > 0 ? phase::payload : phase::payload_cr;
  return announced;
}

event parser::in_rest_of_line(std::string_view& input) noexcept {
  if (input.empty()) return event::need_more;
  const void* const found = std::memchr(input.data(), '\n', input.size());
  if (found == nullptr) {
    input.remove_prefix(input.size());
    return event::need_more;
  }
  input.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - input.data()) + 1);
  const verb name = verbs()[spelling_].name;
  phase_ = phase::verb;
  spelling_ = 0;
  matched_ = 0;
  return name == verb::ping ? event::ping : name == verb::pong ? event::pong : event::ok;
}

event parser::in_payload(std::string_view& input) noexcept {
  if (input.empty()) return event::need_more;
  payload_ = input.substr(0, payload_left_);
  input.remove_prefix(payload_.size());
  payload_left_ -= static_cast<std::uint32_t>(payload_.size());
  payload_complete_ = false;
  if (payload_left_ > 0) return event::payload;
  if (input.starts_with("\r\n")) {
    input.remove_prefix(2);
    payload_complete_ = true;
    phase_ = phase::verb;
  } else {
    phase_ = phase::payload_cr;
  }
  return event::payload;
}

event parser::at_payload_end(std::string_view& input) noexcept {
  if (input.empty()) return event::need_more;
  if (phase_ == phase::payload_cr) {
    if (input.front() != '\r') return fail(protocol_error::unknown_operation);
    input.remove_prefix(1);
    phase_ = phase::payload_lf;
    if (input.empty()) return event::need_more;
  }
  if (input.front() != '\n') return fail(protocol_error::unknown_operation);
  input.remove_prefix(1);
  payload_ = {};
  payload_complete_ = true;
  phase_ = phase::verb;
  return event::payload;
}

event parser::fail(protocol_error error) noexcept {
  error_ = error;
  phase_ = phase::failed;
  line_buffer_ = nullptr;
  return event::error;
}

void parser::lend_line_buffer(std::span<char> buffer) noexcept {
  line_buffer_ = buffer.data();
  line_capacity_ = static_cast<std::uint32_t>(
      std::min<std::size_t>(buffer.size(), std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace wirebird::protocol
