#pragma once

#include "protocol/ops.hh"

#include <cstddef>
#include <string_view>

/// Operations to bytes: the exact inverse of the parser. `size_of` first, then `write` into at
/// least that much room; returns one past the last byte written. Nothing here allocates or fails. A
/// size is written as its text says; without a text its value is written.
namespace wirebird::protocol {

inline constexpr std::string_view ok_line = "+OK\r\n";
inline constexpr std::string_view ping_line = "PING\r\n";
inline constexpr std::string_view pong_line = "PONG\r\n";

[[nodiscard]] std::size_t size_of(const publish_op&) noexcept;  // control line only, CR LF included
[[nodiscard]] std::size_t size_of(const subscribe_op&) noexcept;
[[nodiscard]] std::size_t size_of(const unsubscribe_op&) noexcept;
[[nodiscard]] std::size_t size_of(const message_op&) noexcept;  // control line only, CR LF included
char* write(char* out, const publish_op&) noexcept;
char* write(char* out, const subscribe_op&) noexcept;
char* write(char* out, const unsubscribe_op&) noexcept;
char* write(char* out, const message_op&) noexcept;

/// The control line of one message for one subscription or many: for many all but the sid is laid
/// out once, then each line costs three copies. Lives on the stack of a fan-out; views must outlive
/// it.
class message_line {
 public:
  /// `has_headers` chooses HMSG; sizes are texts so that a publisher's digits are echoed verbatim.
  /// `lines`: about how many will be written.
  message_line(std::string_view subject, std::string_view reply, bool has_headers,
               std::string_view header_size_text, std::string_view total_size_text,
               std::size_t lines) noexcept;
  [[nodiscard]] std::size_t size(std::string_view sid) const noexcept;
  char* write(char* out, std::string_view sid) const noexcept;

 private:
  /// Room for the two laid out parts; a message with longer ones is written from its views.
  static constexpr std::size_t text_bytes_max = 224;

  char* write_head(char* out) const noexcept;
  char* write_tail(char* out) const noexcept;

  std::string_view subject_, reply_, header_size_, total_size_;
  std::size_t head_bytes_;  ///< verb and subject with their blanks
  std::size_t tail_bytes_;  ///< everything behind the sid
  bool has_headers_;
  bool is_laid_out_;
  char text_[text_bytes_max];  ///< head, then tail, when laid out
};

}  // namespace wirebird::protocol
