// Cuts what a server sends to one connection into messages. Lines and payloads may be split over
// reads at any byte. Bytes lie in a scratch buffer that all connections share, so that a thousand
// of them keep one warm buffer; between reads a reader keeps only an unfinished line or an
// unfinished short message. Of a long unfinished message it keeps only the first payload bytes.
//
// The header a subscriber expects is known, and compared as a whole: that is the fast path. Other
// lines are parsed. Whatever is not NATS is a fault, told once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace wirebird::load {

struct message {
  std::string_view subject;
  std::string_view reply;  // empty if there is none
  const char* head;        // the first `head_bytes` payload bytes, or all if there are fewer
  std::size_t size;        // of the payload
};

// What a payload tells (sequence, time) lies in its first bytes.
inline constexpr std::size_t head_bytes = 16;

enum class read_outcome {
  drained,   // nothing more to read now
  more,      // the scratch buffer was filled: read again
  closed,    // end of stream or an error of the socket
  malformed  // see fault()
};

class message_reader {
 public:
  // Messages with exactly this "MSG subject sid size\r\n" take the fast path.
  void expect(std::string_view subject, std::string_view sid, std::size_t size);

  // One read from the socket. Handler: on_expected(const char* head) for the fast path's messages,
  // on_message(const message&) for all others, on_ping().
  // `scratch`: at least 128 KiB.
  template <typename Handler>
  read_outcome read(int socket, std::span<char> scratch, Handler& handler);

  // Why the outcome is `malformed` or `closed`; an -ERR line word for word.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  // A message that is not complete in the buffer is kept whole below this, else skipped through.
  static constexpr std::size_t kept_bytes_max = 32'768;
  static constexpr std::size_t line_bytes_max = 8'192;

  enum class step { taken, incomplete, wrong };

  struct header {
    std::string_view subject;
    std::string_view reply;
    std::size_t size = 0;
  };

  // Bytes received, 0 for "nothing now", -1 for a closed connection.
  std::ptrdiff_t receive(int socket, std::span<char> space);
  static bool parse_header(std::string_view line, header& result);
  // Keeps what a message tells while the rest of its payload is skipped.
  void begin_skip(const header& head, std::string_view payload);
  step wrong(std::string_view what, std::string_view line);

  template <typename Handler>
  step take_expected(std::string_view& bytes, Handler& handler);
  template <typename Handler>
  step take_line(std::string_view& bytes, Handler& handler);
  template <typename Handler>
  step take_skipped(std::string_view& bytes, Handler& handler);

  std::string expected_;           // header line with CR LF; empty: no fast path
  std::size_t expected_size_ = 0;  // of the payload
  std::string rest_;               // unfinished bytes of the last read
  std::string fault_;

  // A long message under way: bytes of payload still to come, and what is remembered of it.
  bool skipping_ = false;
  std::size_t skip_ = 0;
  std::string skipped_subject_;
  std::string skipped_reply_;
  std::array<char, head_bytes> skipped_head_{};
  std::size_t skipped_size_ = 0;
};

template <typename Handler>
message_reader::step message_reader::take_expected(std::string_view& bytes, Handler& handler) {
  const std::size_t header_size = expected_.size();
  const std::size_t frame_size = header_size + expected_size_ + 2;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (static_cast<std::size_t>(end - at) >= frame_size &&
         std::memcmp(at, expected_.data(), header_size) == 0) {
    if (std::memcmp(at + frame_size - 2, "\r\n", 2) != 0) {
      return wrong("no CR LF behind a payload", {at, header_size});
    }
    handler.on_expected(at + header_size);
    at += frame_size;
  }
  bytes.remove_prefix(static_cast<std::size_t>(at - bytes.data()));
  return step::taken;
}

template <typename Handler>
message_reader::step message_reader::take_line(std::string_view& bytes, Handler& handler) {
  const std::size_t newline = bytes.find('\n');
  if (newline == std::string_view::npos) {
    return bytes.size() > line_bytes_max ? wrong("an endless line", bytes.substr(0, 64))
                                         : step::incomplete;
  }
  if (newline == 0 || bytes[newline - 1] != '\r') {
    return wrong("a line without CR", bytes.substr(0, newline));
  }
  const std::string_view line = bytes.substr(0, newline - 1);
  if (!line.starts_with("MSG ")) {
    if (line == "PING") {
      handler.on_ping();
    } else if (line != "PONG" && line != "+OK" && !line.starts_with("INFO ")) {
      return wrong(line.starts_with("-ERR") ? "the server says" : "not NATS", line);
    }
    bytes.remove_prefix(newline + 1);
    return step::taken;
  }
  header head;
  if (!parse_header(line, head)) return wrong("a bad header", line);
  const std::string_view payload = bytes.substr(newline + 1);
  if (payload.size() < head.size + 2) {
    if (payload.size() < head_bytes || newline + head.size < kept_bytes_max) {
      return step::incomplete;
    }
    begin_skip(head, payload);
    bytes.remove_prefix(newline + 1);
    return step::taken;
  }
  if (payload.substr(head.size, 2) != "\r\n") return wrong("no CR LF behind a payload", line);
  handler.on_message(message{head.subject, head.reply, payload.data(), head.size});
  bytes.remove_prefix(newline + 1 + head.size + 2);
  return step::taken;
}

template <typename Handler>
message_reader::step message_reader::take_skipped(std::string_view& bytes, Handler& handler) {
  const std::size_t passed = std::min(skip_, bytes.size());
  skip_ -= passed;
  bytes.remove_prefix(passed);
  if (bytes.size() < 2) return step::incomplete;
  if (bytes.substr(0, 2) != "\r\n") return wrong("no CR LF behind a payload", skipped_subject_);
  bytes.remove_prefix(2);
  skipping_ = false;
  handler.on_message(
      message{skipped_subject_, skipped_reply_, skipped_head_.data(), skipped_size_});
  return step::taken;
}

template <typename Handler>
read_outcome message_reader::read(int socket, std::span<char> scratch, Handler& handler) {
  const std::size_t kept = rest_.size();
  std::memcpy(scratch.data(), rest_.data(), kept);
  const std::ptrdiff_t received = receive(socket, scratch.subspan(kept));
  if (received < 0) return read_outcome::closed;
  if (received == 0) return read_outcome::drained;
  const std::size_t filled = kept + static_cast<std::size_t>(received);
  std::string_view bytes(scratch.data(), filled);
  step last = step::taken;
  while (last == step::taken && !bytes.empty()) {
    if (!skipping_ && !expected_.empty()) last = take_expected(bytes, handler);
    if (last != step::taken || bytes.empty()) break;
    last = skipping_ ? take_skipped(bytes, handler) : take_line(bytes, handler);
  }
  if (last == step::wrong) return read_outcome::malformed;
  rest_.assign(bytes);
  return filled == scratch.size() ? read_outcome::more : read_outcome::drained;
}

}  // namespace wirebird::load
