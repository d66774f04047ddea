#include "protocol/writer.hh"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace wirebird::protocol {
namespace {

template <std::size_t size>
void move(char* to, const char* from) noexcept {
  std::memcpy(to, from, size);
}

/// Most texts are short: two moves that may overlap cost less than a call.
char* put(char* out, std::string_view text) noexcept {
  const std::size_t size = text.size();
  const char* const from = text.data();
  if (size > 32) {
    std::memcpy(out, from, size);
  } else if (size >= 16) {
    move<16>(out, from);
    move<16>(out + size - 16, from + size - 16);
  } else if (size >= 8) {
    move<8>(out, from);
    move<8>(out + size - 8, from + size - 8);
  } else if (size >= 4) {
    move<4>(out, from);
    move<4>(out + size - 4, from + size - 4);
  } else if (size > 0) {
    out[0] = from[0];
    out[size / 2] = from[size / 2];
    out[size - 1] = from[size - 1];
  }
  return out + size;
}

char* put(char* out, char byte) noexcept {
  *out = byte;
  return out + 1;
}

/// A blank and an argument; nothing for an argument that is not there.
char* put_argument(char* out, std::string_view text) noexcept {
  return text.empty() ? out : put(put(out, ' '), text);
}

std::size_t size_of_argument(std::string_view text) noexcept {
  return text.empty() ? 0 : text.size() + 1;
}

/// A number as it goes on the wire: the text it arrived as, else its value in decimal.
class number {
 public:
  number(std::string_view text, std::uint32_t value) noexcept : given_(text) {
    if (text.empty())
      end_ = std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr;
  }
  [[nodiscard]] std::string_view text() const noexcept {
    if (!given_.empty()) return given_;
    return {digits_.data(), static_cast<std::size_t>(end_ - digits_.data())};
  }

 private:
  std::string_view given_;
  std::array<char, 10> digits_;  // as many as 2^32 - 1 has
  const char* end_ = digits_.data();
};

template <typename Op>
std::size_t size_of_sizes(const Op& op) noexcept {
  const std::size_t total = number(op.total_size_text, op.total_size).text().size() + 1;
  if (!op.has_headers) return total;
  return total + number(op.header_size_text, op.header_size).text().size() + 1;
}

template <typename Op>
char* put_sizes(char* out, const Op& op) noexcept {
  if (op.has_headers) out = put_argument(out, number(op.header_size_text, op.header_size).text());
  out = put_argument(out, number(op.total_size_text, op.total_size).text());
  return put(out, "\r\n");
}

}  // namespace

std::size_t size_of(const publish_op& op) noexcept {
  return (op.has_headers ? 4 : 3) + size_of_argument(op.subject) + size_of_argument(op.reply) +
         size_of_sizes(op) + 2;
}

char* write(char* out, const publish_op& op) noexcept {
  out = put(out, op.has_headers ? "HPUB" : "PUB");
  return put_sizes(put_argument(put_argument(out, op.subject), op.reply), op);
}

std::size_t size_of(const subscribe_op& op) noexcept {
  return 3 + size_of_argument(op.subject) + size_of_argument(op.queue) + size_of_argument(op.sid) +
         2;
}

char* write(char* out, const subscribe_op& op) noexcept {
  out = put_argument(put_argument(put(out, "SUB"), op.subject), op.queue);
  return put(put_argument(out, op.sid), "\r\n");
}

std::size_t size_of(const unsubscribe_op& op) noexcept {
  const std::size_t max = op.max > 0 ? number({}, op.max).text().size() + 1 : 0;
  return 5 + size_of_argument(op.sid) + max + 2;
}

char* write(char* out, const unsubscribe_op& op) noexcept {
  out = put_argument(put(out, "UNSUB"), op.sid);
  if (op.max > 0) out = put_argument(out, number({}, op.max).text());
  return put(out, "\r\n");
}

std::size_t size_of(const message_op& op) noexcept {
  return (op.has_headers ? 4 : 3) + size_of_argument(op.subject) + size_of_argument(op.sid) +
         size_of_argument(op.reply) + size_of_sizes(op) + 2;
}

char* write(char* out, const message_op& op) noexcept {
  out = put_argument(put(out, op.has_headers ? "HMSG" : "MSG"), op.subject);
  return put_sizes(put_argument(put_argument(out, op.sid), op.reply), op);
}

message_line::message_line(std::string_view subject, std::string_view reply, bool has_headers,
                           std::string_view header_size_text, std::string_view total_size_text,
                           std::size_t lines) noexcept
    : subject_(subject),
      reply_(reply),
      header_size_(has_headers ? header_size_text : std::string_view{}),
      total_size_(total_size_text),
      head_bytes_((has_headers ? 4U : 3U) + size_of_argument(subject) + 1),
      tail_bytes_(size_of_argument(reply) + size_of_argument(header_size_) +
                  size_of_argument(total_size_text) + 2),
      has_headers_(has_headers),
      is_laid_out_(lines > 1 && head_bytes_ + tail_bytes_ <= text_bytes_max) {
  if (is_laid_out_) write_tail(write_head(text_));
}

std::size_t message_line::size(std::string_view sid) const noexcept {
  return head_bytes_ + sid.size() + tail_bytes_;
}

char* message_line::write(char* out, std::string_view sid) const noexcept {
  if (!is_laid_out_) return write_tail(put(write_head(out), sid));
  out = put(put(out, {text_, head_bytes_}), sid);
  return put(out, {text_ + head_bytes_, tail_bytes_});
}

char* message_line::write_head(char* out) const noexcept {
  return put(put_argument(put(out, has_headers_ ? "HMSG" : "MSG"), subject_), ' ');
}

char* message_line::write_tail(char* out) const noexcept {
  out = put_argument(put_argument(put_argument(out, reply_), header_size_), total_size_);
  return put(out, "\r\n");
}

}  // namespace wirebird::protocol
