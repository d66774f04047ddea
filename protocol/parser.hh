#pragma once

#include "protocol/limits.hh"
#include "protocol/ops.hh"
#include "protocol/protocol_error.hh"
#include "protocol/verbs.hh"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wirebird::protocol {

/// Which half of the grammar is accepted: what a client sends, or what a server sends.
enum class role : std::uint8_t { reads_client, reads_server };

/// What one call of `parser::next` found.
enum class event : std::uint8_t {
  need_more,         ///< the input is used up; call again with the bytes that follow
  need_line_buffer,  ///< a control line continues beyond this input: lend a buffer, then call again
  connect,           ///< json()
  info,              ///< json()
  publish,           ///< publish(); payload events follow, also for size 0
  message,           ///< message(); payload events follow, also for size 0
  payload,           ///< payload(), payload_complete(); pieces come in order, headers first
  subscribe,         ///< subscribe()
  unsubscribe,       ///< unsubscribe()
  ping,
  pong,
  ok,
  err,    ///< err(); from a client it is followed by nothing: the session closes
  error,  ///< error(); final: the parser refuses everything after it
};

/// The text protocol, byte by byte: one parser per connection, on the connection's worker.
///
/// Works in place over whatever pieces the bytes arrive in: any split of the same bytes gives the
/// same events (payload pieces joined). Stops after every event with `input` advanced to the exact
/// byte behind it, so a session pauses by not calling again. Allocates nothing, copies nothing as
/// long as a control line lies within one piece; a line that is split is gathered in a buffer that
/// the session lends (max_control_line bytes) for as long as `line_buffer_in_use()`. The first
/// wrong byte is an error at once, without waiting for the line to end. Knows no session, no
/// authorization and no subjects.
class parser {
 public:
  /// `limits` outlives the parser and may change between calls (reload).
  parser(role, const limits& limits) noexcept;

  /// From the next control line on; see the constructor. requires: max_control_line is the same.
  void set_limits(const limits& limits) noexcept { limits_ = &limits; }

  [[nodiscard]] const limits& enforced() const noexcept { return *limits_; }

  /// Takes at most one event from the front of `input` and advances `input` past it.
  [[nodiscard]] event next(std::string_view& input) noexcept;

  /// requires: the last event was need_line_buffer; `buffer.size() >= limits.max_control_line`.
  /// lifetime: until `line_buffer_in_use()` is false after a call of next().
  void lend_line_buffer(std::span<char> buffer) noexcept;

  /// True while a lent buffer holds the beginning of a line, or the views of the last event.
  [[nodiscard]] bool line_buffer_in_use() const noexcept { return line_buffer_ != nullptr; }

  // What the last event carried; valid until the next call of next().
  [[nodiscard]] const json_op& json() const noexcept { return operation_.json; }
  [[nodiscard]] const publish_op& publish() const noexcept { return operation_.publish; }
  [[nodiscard]] const message_op& message() const noexcept { return operation_.message; }
  [[nodiscard]] const subscribe_op& subscribe() const noexcept { return operation_.subscribe; }
  [[nodiscard]] const unsubscribe_op& unsubscribe() const noexcept {
    return operation_.unsubscribe;
  }
  [[nodiscard]] const err_op& err() const noexcept { return operation_.err; }
  /// Lies in the input given to next().
  [[nodiscard]] std::string_view payload() const noexcept { return payload_; }
  /// The closing CR LF was seen and checked: only now the message exists.
  [[nodiscard]] bool payload_complete() const noexcept { return payload_complete_; }
  [[nodiscard]] protocol_error error() const noexcept { return error_; }

  /// True between operations: nothing of a next one has been read.
  [[nodiscard]] bool at_boundary() const noexcept { return phase_ == phase::verb && matched_ == 0; }

 private:
  enum class phase : std::uint8_t {
    verb,          ///< between operations, or in the middle of a verb
    separator,     ///< behind a verb that must be followed by a blank
    blanks,        ///< in the blanks before the arguments
    arguments,     ///< in the arguments
    rest_of_line,  ///< in what PING, PONG and +OK ignore
    payload,
    payload_cr,
    payload_lf,
    failed,
  };
  /// The operation of the last event; one at a time.
  union operation {
    operation() noexcept : json() {}
    json_op json;
    publish_op publish;
    message_op message;
    subscribe_op subscribe;
    unsubscribe_op unsubscribe;
    err_op err;
  };

  [[nodiscard]] std::span<const verb_spelling> verbs() const noexcept;
  [[nodiscard]] bool take_whole_publish(std::string_view& input) noexcept;
  [[nodiscard]] event in_verb(std::string_view& input) noexcept;
  [[nodiscard]] event in_separator(std::string_view& input) noexcept;
  [[nodiscard]] event in_blanks(std::string_view& input) noexcept;
  [[nodiscard]] event in_arguments(std::string_view& input) noexcept;
  [[nodiscard]] event in_rest_of_line(std::string_view& input) noexcept;
  [[nodiscard]] event in_payload(std::string_view& input) noexcept;
  [[nodiscard]] event at_payload_end(std::string_view& input) noexcept;

  [[nodiscard]] std::size_t line_bytes_max() const noexcept;
  [[nodiscard]] event keep_unfinished_line(std::string_view& input) noexcept;
  [[nodiscard]] event on_line(std::string_view last_piece) noexcept;
  [[nodiscard]] event on_gathered_line(std::string_view last_piece) noexcept;
  [[nodiscard]] event on_arguments(std::string_view line) noexcept;
  [[nodiscard]] event on_publish(std::string_view line, bool has_headers) noexcept;
  [[nodiscard]] event on_message(std::string_view line, bool has_headers) noexcept;
  [[nodiscard]] event begin_payload(std::uint32_t size, event announced) noexcept;
  void append_to_line(std::string_view piece) noexcept;
  [[nodiscard]] event fail(protocol_error error) noexcept;

  const limits* limits_;
  char* line_buffer_ = nullptr;  ///< lent; null while no split line needs it
  std::uint32_t line_capacity_ = 0;
  /// Bytes of the unfinished line, a CR at its end included, which is not stored when it falls
  /// just behind the buffer.
  std::uint32_t line_size_ = 0;
  std::uint32_t payload_left_ = 0;
  role role_;
  phase phase_ = phase::verb;
  std::uint8_t spelling_ = 0;  ///< index into verbs(): what the bytes so far spell, or may become
  std::uint8_t matched_ = 0;   ///< bytes of it that were read
  protocol_error error_ = protocol_error::none;
  bool payload_complete_ = false;
  std::string_view payload_;
  operation operation_;
};

}  // namespace wirebird::protocol
